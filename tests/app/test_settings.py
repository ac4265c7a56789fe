from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from app.settings import SettingError, Settings
from tests.conftest import ROOT

AWAY_FROM_DEFAULT: dict[str, tuple[str, Any]] = {
    "data_dir": ("/srv/m", Path("/srv/m")),
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("9000", 9000),
    "max_upload_bytes": ("1000", 1000),
    "max_pixels": ("2000", 2000),
    "retention_days": ("0.5", 0.5),
    "undo_minutes": ("1.5", 1.5),
    "threads": ("3", 3),
    "inference_threads": ("4", 4),
    "queue_limit": ("5", 5),
    "cors_origins": ("http://localhost:5000, null", ("http://localhost:5000", "null")),
    "trusted_hosts": ("reading.example", ("reading.example",)),
    "send_to": ("PACS@10.0.0.1:104", "PACS@10.0.0.1:104"),
    "results": ("sr, seg", ("sr", "seg")),
    "weights_dir": ("/srv/w", Path("/srv/w")),
    "models": ("/srv/models.toml", Path("/srv/models.toml")),
    "second_opinion": ("off", False),
    "frontend_dir": ("/srv/f", Path("/srv/f")),
}


def test_every_setting_can_be_set_away_from_its_default() -> None:
    environ = {f"MAMMOSCOPE_{name.upper()}": text for name, (text, _) in AWAY_FROM_DEFAULT.items()}
    assert Settings.from_environment(environ) == Settings(**{n: value for n, (_, value) in AWAY_FROM_DEFAULT.items()})
    assert set(AWAY_FROM_DEFAULT) == {field.name for field in fields(Settings)}


def test_by_default_only_this_machine_can_reach_us_and_no_other_page() -> None:
    settings = Settings.from_environment({"XDG_DATA_HOME": "/x"})
    assert (settings.host, settings.port, settings.cors_origins) == ("127.0.0.1", 8080, ())
    assert settings.data_dir == Path("/x/mammoscope")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "http"),
        ("PORT", "70000"),
        ("THREADS", "1"),
        ("RETENTION_DAYS", "-1"),
        ("PORT", "nan"),
        ("SEND_TO", "PACS"),
        ("RESULTS", "csv"),
        ("SECOND_OPINION", "perhaps"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"MAMMOSCOPE_{name}"):
        Settings.from_environment({f"MAMMOSCOPE_{name}": value})


def test_the_page_on_http_lists_exactly_our_settings() -> None:
    listed = set(re.findall(r"MAMMOSCOPE_([A-Z_]+)", (ROOT / "docs" / "http.md").read_text("utf-8")))
    assert listed == {field.name.upper() for field in fields(Settings)}
