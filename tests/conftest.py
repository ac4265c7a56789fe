"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings would hide what a test prints
os.environ.setdefault("MPLBACKEND", "Agg")

settings.register_profile("mammoscope", deadline=None)  # a busy machine is not a failing test
settings.load_profile("mammoscope")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real data sets: MAMMOSCOPE_DATA_ROOT, else ../shared/data beside the checkout."""
    named = os.environ.get("MAMMOSCOPE_DATA_ROOT")
    root = Path(named) if named else ROOT.parent / "shared" / "data"
    if not root.is_dir():
        pytest.skip(f"no real mammograms: {root} does not exist (set MAMMOSCOPE_DATA_ROOT)")
    return root
