"""What docs/network.md claims, looked up."""

from __future__ import annotations

import re

import pytest

from app.cli import main
from app.network.courier import Patience
from app.network.received import (
    CANNOT_UNDERSTAND,
    DATA_SET_DOES_NOT_MATCH,
    NO_SUCH_SOP_CLASS,
    OUT_OF_RESOURCES,
    SUCCESS,
)
from app.settings import RESULT_KINDS, Settings
from pipeline.export import KINDS
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "network.md").read_text("utf-8")


def test_every_option_it_names_is_one() -> None:
    options = {option for name in ("listen", "pull", "queue") for p in main.commands[name].params for option in p.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", PAGE)) <= options


def test_every_option_of_listening_that_decides_who_may_what_is_on_it() -> None:
    assert {"--allow", "--send-to", "--results", "--tls-ca", "--tls-cert", "--send-tls"} <= set(
        re.findall(r"--[a-z][a-z-]*", PAGE)
    )


def test_it_lists_the_statuses_we_answer() -> None:
    answered = {SUCCESS, NO_SUCH_SOP_CLASS, OUT_OF_RESOURCES, DATA_SET_DOES_NOT_MATCH, CANNOT_UNDERSTAND}
    assert {int(status, 16) for status in re.findall(r"^\| ([0-9A-F]{4}) \|", PAGE, re.MULTILINE)} == answered


def test_it_names_every_kind_of_result() -> None:
    assert set(RESULT_KINDS) == set(KINDS)
    assert all(f"`{kind}`" in PAGE for kind in KINDS)


def test_its_waits_are_ours() -> None:
    patience = Patience()
    assert f"after {patience.deliveries} tries" in PAGE
    hours = sum(patience.wait_s(attempts) for attempts in range(1, patience.deliveries)) / 3600
    assert "about thirty hours" in PAGE
    assert hours == pytest.approx(30, abs=1)


def test_its_port_and_limits_are_the_defaults() -> None:
    given = {p.name: p.default for p in main.commands["listen"].params}
    assert (given["port"], given["host"], given["aet"]) == (11112, "127.0.0.1", "MAMMOSCOPE")
    assert Settings.from_environment({"XDG_DATA_HOME": "/x"}).results == ("cad_sr", "seg")
