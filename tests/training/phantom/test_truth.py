from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.training.phantom.measure import TINY, drawn
from training.phantom import truth, write_png, write_truth
from training.phantom.command import run


def test_the_truth_survives_json_and_is_the_phantoms(tmp_path: Path) -> None:
    phantom = drawn(1, masses=1, clusters=1, laterality="R")
    write_truth(phantom, tmp_path / "truth.json")
    read = json.loads((tmp_path / "truth.json").read_text())
    assert read == truth(phantom)
    mass, cluster = read["annotations"]
    assert (mass["kind"], cluster["kind"]) == ("mass", "calcification_cluster")
    assert mass["outline"] == phantom.lesions[0].outline.tolist()
    assert (mass["box"]["x"], mass["box"]["width"]) == (phantom.lesions[0].box.x, phantom.lesions[0].box.width)
    assert len(cluster["spots"]) >= 5
    assert (read["seed"], read["density"]) == (1, phantom.density.value)
    assert (read["image"]["width"], read["image"]["height"]) == (160, 208)


def test_a_png_holds_the_same_picture_stretched_to_its_depth(tmp_path: Path) -> None:
    phantom = drawn(1)
    for bits, white in ((8, 255), (16, 65535)):
        write_png(phantom, tmp_path / "a.png", bits)
        read = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
        assert read is not None
        assert read.max() == white
        assert np.abs(read / white - phantom.pixels / phantom.white).max() < 1 / 255
    with pytest.raises(ValueError, match="8 or 16"):
        write_png(phantom, tmp_path / "a.png", 12)


def test_the_command_writes_studies_of_four_views_with_their_truth(tmp_path: Path) -> None:
    told: list[str] = []
    images = run(tmp_path / "new", 5, seed=3, size=TINY, progress=told.append)
    assert [image.name for image in images] == [f"phantom-000{n}.dcm" for n in range(1, 6)] == told
    listed = json.loads((tmp_path / "new" / "truth.json").read_text())["images"]
    views = [(one["image"]["laterality"], one["image"]["view"]) for one in listed]
    assert views == [("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"), ("R", "CC")]
    assert len({one["patient"] for one in listed[:4]}) == 1
    assert listed[4]["patient"] != listed[0]["patient"]
    assert json.loads((tmp_path / "new" / "phantom-0003.json").read_text()) == listed[2]


def test_the_command_repeats_itself_and_changes_with_the_seed(tmp_path: Path) -> None:
    (first,), (again,), (other,) = (
        run(tmp_path / name, 1, seed=seed, format="png", size=TINY) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
    with pytest.raises(ValueError, match="at least 1"):
        run(tmp_path, 0)
