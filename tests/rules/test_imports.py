"""Imports point one way (ARCHITECTURE.md): app -> pipeline -> models, training -> pipeline, models."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.rules.source_tree import OURS, ROOT, Import, imports_in, imports_of

MAY_IMPORT = {
    "models": {"models"},
    "pipeline": {"pipeline", "models"},
    "training": {"training", "pipeline", "models"},
    "app": {"app", "pipeline", "models"},
}
TRAINS = {"tensorflow", "keras", "tf_keras", "official", "training"}


def against_the_arrows(found: Import) -> bool:
    folder = found.file.parts[0]
    lazily_in_the_command_line = (
        found.file.parts[:2] in {("app", "cli"), ("app", "cli.py")} and not found.at_import_time
    )
    if found.top == "training" and lazily_in_the_command_line:
        return False
    return found.top in OURS and found.top not in MAY_IMPORT[folder]


def needs_training_to_serve(found: Import) -> bool:
    return found.file.parts[0] in {"app", "pipeline"} and found.top in TRAINS and found.at_import_time


@pytest.mark.parametrize("folder", OURS)
def test_imports_point_one_way(folder: str) -> None:
    wrong = [str(found) for found in imports_of(folder) if against_the_arrows(found)]
    assert wrong == []


def test_neither_the_server_nor_the_pipeline_imports_what_trains() -> None:
    wrong = [str(found) for found in imports_of("app", "pipeline") if needs_training_to_serve(found)]
    assert wrong == []


def test_the_pipeline_uses_no_training_framework_even_late() -> None:
    wrong = [str(found) for found in imports_of("pipeline") if found.top in TRAINS]
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "source", "wrong"),
    [
        ("models/a.py", "from pipeline.geometry import Box", True),
        ("models/a.py", "from . import boxes", False),
        ("pipeline/a.py", "def f():\n    import training.train", True),
        ("training/a.py", "from app.settings import Settings", True),
        ("app/cli/train.py", "from training import train", True),
        ("app/cli/train.py", "def run():\n    from training import train", False),
        ("app/jobs.py", "def run():\n    from training import train", True),
        ("pipeline/a.py", "import importlib\nimportlib.import_module('app')", True),
    ],
)
def test_the_rule_tells_right_from_wrong(file: str, source: str, wrong: bool) -> None:
    assert any(against_the_arrows(found) for found in imports_in(source, ROOT / file)) is wrong


@pytest.mark.parametrize("module", ["pipeline.analyze", "app", "app.services", "app.routes", "app.cli"])
def test_it_starts_without_what_only_training_needs(module: str) -> None:
    heavy = ("tensorflow", "keras", "tf_keras", "official", "sklearn", "matplotlib", "training")
    code = f"import sys, {module}; print(*(name for name in {heavy} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr[-2000:]
