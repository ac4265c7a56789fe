"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler.loadscope import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings would hide what a test prints
os.environ.setdefault("MPLBACKEND", "Agg")

if "PYTEST_XDIST_WORKER" in os.environ:  # a core each: more threads would only wait for one another
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1")

settings.register_profile("mammoscope", deadline=None)  # a busy machine is not a failing test
settings.load_profile("mammoscope")


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file stays on one worker, and so do all that drive a browser: one paints at a time."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.split("::")[0]
        return "browser" if path.startswith("tests/browser/") else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no worker is left with them at the end."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: (item.path.parent.name != "browser", item.path not in slow))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real data sets: MAMMOSCOPE_DATA_ROOT, else ../shared/data beside the checkout."""
    named = os.environ.get("MAMMOSCOPE_DATA_ROOT")
    root = Path(named) if named else ROOT.parent / "shared" / "data"
    if not root.is_dir():
        pytest.skip(f"no real mammograms: {root} does not exist (set MAMMOSCOPE_DATA_ROOT)")
    return root
