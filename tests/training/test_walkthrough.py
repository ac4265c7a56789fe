"""docs/training.md, followed word for word on a miniature of CBIS-DDSM."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tensorflow")
pytest.importorskip("official")

from models.weights import read_card
from tests.training.datasets.cbis import cbis_ddsm
from training.train import run_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
TAKEN = ("models", "training", "pipeline", "app", "frontend")
PORT = 8093


def commands(word: str) -> list[str]:
    """Lines of the page's shell blocks that start with `word`."""
    return [line for block in BLOCKS for line in block.splitlines() if line.startswith(word)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like this repository, so that what the page makes in runs/ is not made here."""
    folder = tmp_path_factory.mktemp("walk")
    for name in TAKEN:
        (folder / name).symlink_to(ROOT / name)
    cbis_ddsm(folder / "data" / "cbis_ddsm")
    return folder


def environment(place: Path) -> dict[str, str]:
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "DATA": str(place / "data"), "MAMMOSCOPE_DATA_DIR": str(place / "served")}
    return os.environ | quiet | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


def typed(lines: list[str], place: Path) -> str:
    """Typed one after another, but for what the page's reader fills in; the first that fails ends the test."""
    script = "\n".join(["set -e", *(line for line in lines if line != "export DATA=/data")])
    done = subprocess.run(["bash", "-c", script], cwd=place, env=environment(place), capture_output=True, text=True)
    assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def walked(place: Path) -> dict[str, str]:
    """What every block before the serving one printed, by its first word."""
    before = BLOCKS[: next(i for i, block in enumerate(BLOCKS) if "mammoscope serve" in block)]
    return {block.splitlines()[-1]: typed(block.splitlines(), place) for block in before}


def test_the_page_has_the_blocks_that_the_test_follows() -> None:
    assert len(BLOCKS) == 6
    assert len(commands("mammoscope train")) == 3


def test_the_data_are_found_as_the_page_says(walked: dict[str, str]) -> None:
    said = walked["mammoscope data check cbis_ddsm $DATA/cbis_ddsm"]
    assert said.startswith("cbis_ddsm: ")
    assert "patients" in said.splitlines()[0]


def test_the_rehearsal_leaves_weights_and_cards_that_say_so(walked: dict[str, str], place: Path) -> None:
    for task in ("pathology", "masking"):
        card = read_card(place / "runs" / "mine" / "cards" / f"compact-{task}.toml")
        assert "cbis_ddsm" in card.training["data"]
        assert card.training["command"].endswith("--sets cbis_ddsm --steps 4")
        assert "CBIS-DDSM" in card.data_licence
        shipped = read_card(ROOT / "models" / "cards" / f"compact-{task}.toml")
        assert card.sha256 != shipped.sha256


def test_a_finished_training_typed_again_trains_nothing(walked: dict[str, str], place: Path) -> None:
    (line,) = (line for line in commands("mammoscope train") if "masking" in line)
    assert "epoch 1/1" not in typed([line], place)


def test_the_report_is_written(walked: dict[str, str], place: Path) -> None:
    report = place / "runs" / "mine" / "report"
    assert (report / "report.html").stat().st_size > 5000
    assert json.loads((report / "report.json").read_text())


@pytest.fixture
def served(walked: dict[str, str], place: Path) -> Iterator[str]:
    """The serving block, on a port of the test's."""
    (block,) = (block for block in BLOCKS if "mammoscope serve" in block)
    *before, serve = block.splitlines()
    script = "\n".join(["set -e", *before, f"exec {serve} --port {PORT}"])
    process = subprocess.Popen(["bash", "-c", script], cwd=place, env=environment(place), stdout=subprocess.DEVNULL)
    yield f"http://127.0.0.1:{PORT}"
    process.terminate()
    process.wait(timeout=30)


def test_the_server_reads_with_the_new_weights(served: str, place: Path) -> None:
    card = read_card(place / "runs" / "mine" / "cards" / "compact-pathology.toml")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{served}/readyz", timeout=5) as answer:
                assert answer.status == 200
                break
        except OSError:
            time.sleep(0.5)
    with urllib.request.urlopen(f"{served}/api/v1/models", timeout=10) as answer:
        assert card.sha256[:12] in answer.read().decode()


def test_a_recipe_of_ones_own_trains(place: Path, walked: dict[str, str]) -> None:
    typed(BLOCKS[-1].splitlines(), place)
    card = read_card(place / "runs" / "own" / "cards" / "compact-pathology.toml")
    assert card.training["seed"] == 8
    assert card.training["command"].startswith("mammoscope train my-pathology.toml")


def test_every_training_the_page_names_exists() -> None:
    lines = re.findall(r"^mammoscope train (\S+.*)$", PAGE, re.MULTILINE)
    assert len(lines) == 8
    for line in lines:
        words = line.replace("$DATA", "data").split()
        if not words[0].endswith(".toml"):
            assert run_of(words).recipe.task == words[0].split("-")[0]


def test_nothing_is_left_in_the_repository(place: Path) -> None:
    assert not (ROOT / "runs" / "own").exists()
    shutil.rmtree(place / "runs", ignore_errors=True)
