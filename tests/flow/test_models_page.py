"""docs/models.md, followed to the letter: its commands are typed in an empty folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "models.md").read_text("utf-8")


def blocks(heading: str) -> list[tuple[str, str]]:
    """(language, text) of every block of code below `## heading`."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def followed(heading: str, folder: Path) -> dict[str, Any]:
    """Runs the blocks in order; the document that the last command printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    said = ""
    for language, text in blocks(heading):
        command = [sys.executable, "-c", text] if language == "python" else ["bash", "-ec", text]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr[-2000:]
        said = done.stdout
    document: dict[str, Any] = json.loads(said.splitlines()[-1])
    return document


@pytest.mark.slow
@pytest.mark.parametrize(
    ("heading", "package", "card"),
    [("A Keras file of your own", "keras", "my-network"), ("An ONNX file of your own", "onnxruntime", "bright")],
)
def test_a_network_of_one_s_own_is_in_the_document(tmp_path: Path, heading: str, package: str, card: str) -> None:
    pytest.importorskip(package)
    document = followed(heading, tmp_path)
    assert document["models"]["cancer"].startswith(f"{card} ")
    assert document["models"]["pathology"].startswith("compact-pathology ")
    assert 0 < document["cancer"]["image"] < 1
