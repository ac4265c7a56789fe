"""Readers of data sets: a miniature of each table, drawn here, becomes Examples."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipeline.finding import MaskingLevel
from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from training.datasets.base import data_root
from training.datasets.phantoms import FIRST_SEED, phantoms
from training.datasets.prepared import examples, inbreast, mini_mias, rsna_subset
from training.split import fold_of, split

SQUARE = [[10, 20], [30, 20], [30, 50], [10, 50]]


def table(path: Path, *rows: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def picture(path: Path, side: int = 96) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((side, side), np.uint8)
    cv2.ellipse(pixels, (0, side // 2), (side // 2, side // 3), 0, 0, 360, 130, -1)
    pixels[side // 3 : side // 2, :20] = np.arange(side // 3, side // 2)[:, None]  # more than two values
    cv2.imwrite(str(path), pixels)


def inbreast_row(image_id: str, patient: str = "p", **changed: Any) -> dict[str, Any]:
    row = {
        "file": f"images/{image_id}.png",
        "image_id": image_id,
        "patient": patient,
        "laterality": "R",
        "view": "CC",
        "pixel_mm": "0.14",
        "density": "2.0",
        "birads": "2",
        "mass_status": "annotated",
    }
    return row | changed


def inbreast_folder(root: Path, *rows: dict[str, Any], masses: dict[str, list[Any]] | None = None) -> Path:
    table(root / "inbreast.csv", *rows)
    contours = {
        key: {"masses": [{"name": "Mass", "points": p} for p in found]} for key, found in (masses or {}).items()
    }
    (root / "contours.json").write_text(json.dumps(contours))
    return root


def mias_row(image_id: str, patient: str = "p", **changed: Any) -> dict[str, Any]:
    row = {
        "file": f"images/{image_id}.png",
        "image_id": image_id,
        "patient": patient,
        "laterality": "L",
        "view": "MLO",
        "tissue_FGD": "G",
        "abnormality": "NORM",
        "severity": "",
        "cancer": "0",
        "circles_topleft_xyr": "[]",
    }
    return row | changed


def rsna_row(image_id: str, patient: str = "p", **changed: Any) -> dict[str, Any]:
    row = {
        "file": f"images/{image_id}.png",
        "patient": patient,
        "image_id": image_id,
        "laterality": "L",
        "view": "MLO",
        "cancer": "0",
        "density": "",
        "machine_id": "29",
    }
    return row | changed


def test_inbreast_outlines_are_in_pixels_of_the_image_and_suspicion_stands_in_for_malignancy(tmp_path: Path) -> None:
    rows = [inbreast_row("1"), inbreast_row("2", birads="4a"), inbreast_row("3", birads="6", density="")]
    one, two, three = inbreast(inbreast_folder(tmp_path, *rows, masses={"1": [SQUARE], "2": [SQUARE, SQUARE]}))
    assert one.masses is not None
    assert one.masses[0].box == Box(10, 20, 20, 30)
    assert one.masses[0].outline is not None
    assert one.masses[0].outline.tolist() == SQUARE
    assert (one.masses[0].malignant, one.cancer, one.laterality, one.view) == (False, False, Laterality.RIGHT, "CC")
    assert one.spacing_mm == (0.14, 0.14)
    assert two.masses is not None
    assert [mass.malignant for mass in two.masses] == [True, True]
    assert (three.masses, three.cancer, three.masking) == ((), True, None)


@pytest.mark.parametrize(
    ("density", "level"),
    [("1.0", MaskingLevel.LOW), ("2.0", MaskingLevel.MEDIUM), ("3.0", MaskingLevel.HIGH), ("4", MaskingLevel.HIGH)],
)
def test_density_stands_in_for_masking(density: str, level: MaskingLevel, tmp_path: Path) -> None:
    (example,) = inbreast(inbreast_folder(tmp_path, inbreast_row("1", density=density)))
    assert example.masking is level


def test_a_mass_that_nobody_outlined_is_unknown_and_not_absent(tmp_path: Path) -> None:
    rows = [inbreast_row("1", mass_status="not_annotated"), inbreast_row("2", mass_status="no_mass")]
    unknown, absent = inbreast(inbreast_folder(tmp_path, *rows))
    assert unknown.masses is None
    assert absent.masses == ()


def test_mini_mias_circles_become_boxes(tmp_path: Path) -> None:
    table(
        tmp_path / "mini_mias.csv",
        mias_row("1", abnormality="SPIC", severity="M", cancer="1", circles_topleft_xyr="[[50.0, 60.0, 10.0]]"),
        mias_row("2", abnormality="CALC", severity="B", circles_topleft_xyr="[[50.0, 60.0, 10.0]]", tissue_FGD="F"),
        mias_row("3", abnormality="ARCH", severity="B", circles_topleft_xyr="[[50.0, 60.0, 10.0]]", tissue_FGD="D"),
        mias_row("4", abnormality="CIRC", severity="B"),
        mias_row("5"),
    )
    mass, cluster, distortion, unplaced, normal = mini_mias(tmp_path)
    assert mass.masses is not None
    assert (mass.masses[0].box, mass.masses[0].outline, mass.masses[0].malignant) == (Box(40, 50, 20, 20), None, True)
    assert (mass.cancer, mass.spacing_mm) == (True, (0.2, 0.2))
    assert cluster.masses == normal.masses == ()
    assert distortion.masses is unplaced.masses is None
    assert [e.masking for e in (cluster, mass, distortion)] == list(MaskingLevel)


def test_each_circle_of_mini_mias_has_its_own_kind_and_severity(tmp_path: Path) -> None:
    circles = "[[20.0, 20.0, 10.0], [50.0, 60.0, 5.0]]"
    table(
        tmp_path / "mini_mias.csv",
        mias_row("1", abnormality="MISC;MISC", severity="B;M", cancer="1", circles_topleft_xyr=circles),
        mias_row("2", abnormality="CALC;CIRC", severity="M;B", cancer="1", circles_topleft_xyr=circles),
        mias_row("3", abnormality="CIRC;ARCH", severity="B;M", cancer="1", circles_topleft_xyr=circles),
    )
    both, one, unsure = mini_mias(tmp_path)
    assert both.masses is not None
    assert one.masses is not None
    assert [mass.malignant for mass in both.masses] == [False, True]
    assert [(mass.box, mass.malignant) for mass in one.masses] == [(Box(45, 55, 10, 10), False)]
    assert unsure.masses is None


def test_rsna_knows_cancer_density_and_machine(tmp_path: Path) -> None:
    table(tmp_path / "rsna_subset.csv", rsna_row("1", density="D", cancer="1"), rsna_row("2"))
    one, two = rsna_subset(tmp_path)
    assert (one.cancer, one.masking, one.machine, one.masses) == (True, MaskingLevel.HIGH, "29", None)
    assert (two.cancer, two.masking) == (False, None)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("inbreast", lambda root, rows: inbreast_folder(root, *rows)),
        ("mini_mias", lambda root, rows: table(root / "mini_mias.csv", *rows)),
        ("rsna_subset", lambda root, rows: table(root / "rsna_subset.csv", *rows)),
    ],
)
def test_four_views_of_a_woman_stay_together(
    name: str, write: Callable[[Path, list[dict[str, Any]]], Any], tmp_path: Path
) -> None:
    row_of = {"inbreast": inbreast_row, "mini_mias": mias_row, "rsna_subset": rsna_row}[name]
    women = [f"woman {i}" for i in range(25)]
    write(tmp_path / name, [row_of(f"{w}-{i}", w) for w in women for i in range(4)])
    found = examples(tmp_path, name)
    training, validation = split(found, held_out=1)
    assert len(found) == 100
    assert {e.patient for e in validation} == {w for w in women if fold_of(name, w) == 1} != set()
    assert {e.patient for e in training} == set(women) - {e.patient for e in validation}


def test_an_example_loads_through_the_apps_reader_with_what_the_table_knows(tmp_path: Path) -> None:
    picture(tmp_path / "images" / "1.png")
    (example,) = inbreast(inbreast_folder(tmp_path, inbreast_row("1")))
    mammogram = example.load()
    assert (mammogram.height, mammogram.width, mammogram.laterality, mammogram.view) == (96, 96, Laterality.RIGHT, "CC")
    assert mammogram.spacing_mm == (0.14, 0.14)


def test_a_folder_without_its_table_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"expected rsna_subset\.csv"):
        examples(tmp_path, "rsna_subset")


def test_phantoms_are_examples_whose_masses_are_known_exactly(tmp_path: Path) -> None:
    one, two = phantoms(tmp_path, 2, size=(208, 160))
    assert (one.dataset, one.patient, two.patient) == ("phantoms", str(FIRST_SEED), str(FIRST_SEED + 1))
    assert one.masses is not None
    assert two.masses is not None
    for mass in (*one.masses, *two.masses):
        assert mass.outline is not None
        assert mass.box == Box.around(mass.outline)
    assert (one.load().height, one.load().width) == (208, 160)
    written = one.path.stat().st_mtime_ns
    phantoms(tmp_path, 1, size=(208, 160))
    assert one.path.stat().st_mtime_ns == written


def test_the_data_root_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAMMOSCOPE_DATA_ROOT", str(tmp_path))
    assert data_root() == tmp_path
    monkeypatch.delenv("MAMMOSCOPE_DATA_ROOT")
    assert data_root().parts[-2:] == ("shared", "data")


def test_listed_calcifications_make_clusters_where_the_list_is_complete(tmp_path: Path) -> None:
    """0.5 mm a pixel: three spots 4 mm apart, and two that are alone."""
    rows = [
        inbreast_row(name, pixel_mm="0.5", has_calcification=str(name != "none")) for name in ("all", "some", "none")
    ]
    folder = inbreast_folder(tmp_path, *rows)
    spots = [[10, 10], [18, 10], [26, 10], [100, 100], [140, 100]]
    lists = {name: {"masses": [], "calcifications": spots, "complete": name == "all"} for name in ("all", "some")}
    (folder / "contours.json").write_text(json.dumps(lists))
    found = {example.image_id: example.calcifications for example in inbreast(folder)}
    assert (found["some"], found["none"]) == (None, ())
    assert found["all"] is not None
    (cluster,) = found["all"]
    assert (cluster.box, cluster.malignant) == (Box(10, 10, 16, 0), False)
    assert np.array_equal(np.asarray(cluster.outline), spots[:3])
