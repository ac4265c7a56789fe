"""What docs/privacy.md claims, looked up."""

from __future__ import annotations

import re
from itertools import product

import click
import pytest

from app import audit, secret_key
from app.audit_requests import ENDPOINTS, GONE
from app.cli import main
from app.pictures import MASK, ORIGINAL, PREPROCESSED
from app.pixels import ABOUT, PIXELS
from app.store import SOURCE_HEADERS
from pipeline.deidentify import Dates, Options
from tests.rules.source_tree import ROOT

PAGE = (ROOT / "docs" / "privacy.md").read_text("utf-8")


def test_every_code_of_every_option_is_named() -> None:
    switches = list(product((True, False), repeat=3))
    every = {code for dates in Dates for chosen in switches for code, _ in Options(dates, *chosen).codes()}
    assert set(re.findall(r"\| (113\d{3}) \|", PAGE)) == every


def test_every_option_that_is_named_exists() -> None:
    known = {option for name in ("deidentify", "audit") for option in options_of(name)}
    named = set(re.findall(r"--[a-z][a-z-]+", PAGE))
    assert named <= known
    assert {"--clean-pixels", "--keep-dates", "--shift-dates", "--retain-device", "--key-file"} <= named


def options_of(command: str) -> set[str]:
    found: click.Command = main.commands[command]
    below = getattr(found, "commands", {}).values()
    return {option for one in (found, *below) for parameter in one.params for option in parameter.opts}


@pytest.mark.parametrize(
    "name",
    [
        *("upload", ORIGINAL, PREPROCESSED, MASK, PIXELS, ABOUT),
        *(SOURCE_HEADERS, "mammoscope.sqlite", audit.FILE, secret_key.FILE),
    ],
)
def test_every_file_of_the_data_folder_is_named(name: str) -> None:
    assert f"{name}`" in PAGE


def test_every_word_of_the_audit_log_is_explained() -> None:
    words = {*ENDPOINTS.values(), "exported", "sent", "network", *GONE, *GONE.values()}
    assert {word for word in words if f"`{word}`" not in PAGE} == set()
