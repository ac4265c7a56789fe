"""What each reader makes of its data set's own conventions."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pipeline.finding import MaskingLevel
from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from tests.training.datasets import miniatures
from tests.training.datasets.drawing import old_workbook, picture, table, written
from tests.training.datasets.miniatures import MINIATURES, POINTS, contours, inbreast_row
from training.datasets.base import Example
from training.datasets.inbreast_release import inbreast_release
from training.datasets.mini_mias_release import mini_mias_release, patient_of
from training.datasets.prepared import mini_mias
from training.datasets.registry import DATASETS

LOW, MEDIUM, HIGH = MaskingLevel


def drawn(name: str, root: Path) -> list[Example]:
    MINIATURES[name](root)
    return list(DATASETS[name].read(root))


@pytest.mark.parametrize("name", MINIATURES)
def test_every_image_loads_through_the_apps_reader(name: str, tmp_path: Path) -> None:
    """One of each kind of file a reader gives."""
    for example in {example.path.suffix: example for example in drawn(name, tmp_path)}.values():
        mammogram = example.load()
        assert mammogram.height >= 60
        assert example.laterality in (None, mammogram.laterality)


def test_inbreasts_contours_are_x_then_y(tmp_path: Path) -> None:
    by_patient = {example.patient: example for example in drawn("inbreast_release", tmp_path)}
    normal, suspicious = by_patient[f"{0:016x}"], by_patient[f"{2:016x}"]
    assert (normal.masses, normal.cancer, normal.calcified, normal.masking) == ((), False, False, LOW)
    assert suspicious.masses is not None
    assert suspicious.masses[0].outline is not None
    assert suspicious.masses[0].outline.tolist() == [list(point) for point in POINTS]
    assert (suspicious.masses[0].malignant, suspicious.cancer, suspicious.calcified) == (True, True, True)
    assert (suspicious.view, suspicious.laterality) == ("MLO", Laterality.RIGHT)  # the file's name says ML


def test_inbreasts_own_table_is_read_too_and_tells_of_masses_that_nobody_outlined(tmp_path: Path) -> None:
    MINIATURES["inbreast_release"](tmp_path)
    images = [path.stem.split("_")[0] for path in sorted((tmp_path / "AllDICOMs").glob("*.dcm"))]
    rows = [{**inbreast_row(image, "L", "CC", "2", "5"), "Mass ": "X"} for image in images]
    (tmp_path / "INbreast.csv").unlink()
    cells = [[float(cell) if cell.isdigit() else cell for cell in row.values()] for row in rows]
    old_workbook(tmp_path / "INbreast.xls", [list(rows[0]), *cells, [], ["", "410"]])
    found = list(inbreast_release(tmp_path))
    assert [example.image_id for example in found] == images
    assert [example.masses is None for example in found] == [int(example.patient, 16) % 4 == 0 for example in found]
    assert {example.masking for example in found} == {MEDIUM}


def test_clusters_are_regions_and_pairs_of_points_are_nothing(tmp_path: Path) -> None:
    MINIATURES["inbreast_release"](tmp_path)
    (path, *_) = sorted((tmp_path / "AllXML").glob("*.xml"))
    contours(path, ("Cluster", POINTS), ("Mass", POINTS[:2]), ("Spiculated Region", POINTS))
    (example,) = (e for e in inbreast_release(tmp_path) if e.image_id == path.stem)
    assert example.masses == ()
    assert example.calcifications is not None
    assert [truth.box for truth in example.calcifications] == [Box.around(np.array(POINTS))]
    assert example.calcified


def test_rsna_takes_dicom_where_it_has_both(tmp_path: Path) -> None:
    MINIATURES["rsna"](tmp_path)
    (first, *_) = sorted((tmp_path / "train_images").rglob("*.dcm"))
    picture(tmp_path / "train_images_256" / first.parent.name / f"{first.stem}.png")
    found = list(DATASETS["rsna"].read(tmp_path))
    assert first in {example.path for example in found}
    assert Counter(example.path.suffix for example in found) == {".dcm": 28, ".png": 28}
    woman = {example.patient: example for example in found}["10009"]
    assert (woman.cancer, woman.masking, woman.machine) == (False, HIGH, "29")


def test_eight_levels_of_csaw_become_three(tmp_path: Path) -> None:
    found = drawn("csaw_m", tmp_path)
    levels = [example.masking for example in found if example.official_split == "train"][:8]
    assert levels == [LOW] * 2 + [MEDIUM] * 4 + [HIGH] * 2
    assert Counter(example.official_split for example in found) == {"train": 16, "test": 8}
    assert [example.cancer for example in found[:2]] == [False, True]


def test_synthetic_images_are_labelled_by_folder_or_by_table(tmp_path: Path) -> None:
    found = drawn("synthetic_csaw", tmp_path / "a")
    assert Counter(example.masking for example in found) == {LOW: 8, MEDIUM: 8, HIGH: 8}
    levels = enumerate(("Low", "high"))
    rows = [{"file_name": f"img/{i}.png", "prompt": f"{level} masking level, shallow"} for i, level in levels]
    for row in rows:
        picture(tmp_path / "b" / row["file_name"])
    table(tmp_path / "b" / "metadata.csv", rows)
    told = list(DATASETS["synthetic_csaw"].read(tmp_path / "b"))
    assert [example.masking for example in told] == [LOW, HIGH]
    assert all(example.path.is_file() for example in told)


def test_vindr_boxes_are_corners_and_say_what_they_hold(tmp_path: Path) -> None:
    found = {example.patient: example for example in drawn("vindr_mammo", tmp_path)}
    none, mass, clusters, tested = (found[f"{woman:032x}"] for woman in (0, 1, 2, 3))
    assert (none.masses, none.calcifications, none.masking, none.cancer) == ((), (), LOW, False)
    assert mass.masses is not None
    assert clusters.calcifications is not None
    assert [(truth.box, truth.malignant) for truth in mass.masses] == [(Box(20.5, 30, 23.5, 30), False)]
    assert [truth.malignant for truth in clusters.calcifications] == [True]
    assert (clusters.masses, tested.official_split, tested.cancer) == ((), "test", True)


def test_copies_have_the_group_of_their_source(tmp_path: Path) -> None:
    found = drawn("mass_collection", tmp_path / "mass_collection")
    units = {example.path.stem: example.unit for example in found}
    assert units["20586908 (2)"] == ("inbreast", f"{0:016x}")
    assert units["mdb003 (1)"] == units["mdb004 (3)"] == ("mini_mias", "MIAS002")
    assert units["D1_A_1101_1.LEFT_CC (1)"] == units["D1_A_1101_1.LEFT_MLO (2)"] == ("ddsm", "A_1101")
    assert Counter(example.cancer for example in found) == {False: 126, True: 126}


def test_a_film_cut_into_patches_and_its_tissue_mask_share_the_case(tmp_path: Path) -> None:
    patches = drawn("microcalc_patches", tmp_path / "a")
    masks = drawn("ddsm_tissue_seg", tmp_path / "b")
    assert {example.unit for example in patches if example.official_split is None} >= {("ddsm", "B_3010")}
    assert masks[0].unit == ("ddsm", "A_0000")
    assert masks[0].tissue_mask == tmp_path / "b" / "masks" / "A_0000_1.LEFT_CC_LI.png"


def test_regions_of_cesm_are_masses_where_nothing_else_is_named(tmp_path: Path) -> None:
    found = {example.patient: example for example in drawn("cdd_cesm", tmp_path)}
    normal, mass, several, distortion = (found[str(woman)] for woman in (1, 2, 3, 4))
    assert (normal.masses, normal.cancer, normal.masking) == ((), False, LOW)
    assert mass.masses is not None
    polygon, ellipse = mass.masses
    assert (polygon.box, polygon.malignant) == (Box(20, 30, 24, 30), True)
    assert ellipse.box.width == pytest.approx(20, abs=0.2)
    assert ellipse.box.height == pytest.approx(10, abs=0.2)
    assert (several.masses, several.calcified, several.cancer) == (None, True, False)
    assert (distortion.masses, distortion.cancer) == (None, True)


def test_mini_mias_counts_from_the_bottom(tmp_path: Path) -> None:
    found = {example.image_id: example for example in drawn("mini_mias_release", tmp_path)}
    two, calcified, distorted, unplaced, normal = (found[f"mdb{number:03d}"] for number in (1, 2, 3, 4, 5))
    assert two.masses is not None
    assert [(truth.box, truth.malignant) for truth in two.masses] == [
        (Box(447, 861, 60, 60), False),
        (Box(474, 830, 52, 52), True),
    ]
    assert (calcified.masses, calcified.calcified, calcified.cancer) == ((), True, True)
    assert (distorted.masses, unplaced.masses, normal.masses) == (None, None, ())
    assert (two.laterality, calcified.laterality) == (Laterality.RIGHT, Laterality.LEFT)


def test_films_of_mias_come_in_pairs() -> None:
    assert [patient_of(f"mdb{number:03d}") for number in (1, 2, 3, 322)] == ["MIAS001", "MIAS001", "MIAS002", "MIAS161"]


@pytest.mark.realdata
def test_mini_mias_as_released_says_what_the_prepared_table_says(real_data: Path) -> None:
    def told(example: Example) -> tuple[object, ...]:
        masses = None if example.masses is None else sorted((m.box.x, m.box.y, m.malignant) for m in example.masses)
        return masses, example.masking, example.cancer, example.laterality, example.unit, example.path

    released = {example.image_id: told(example) for example in mini_mias_release(real_data / "mini_mias")}
    prepared = {example.image_id: told(example) for example in mini_mias(real_data / "mini_mias")}
    assert len(prepared) > 200
    assert {image: released[image] for image in prepared} == prepared


def test_coco_categories_tell_masses_from_calcifications(tmp_path: Path) -> None:
    found = [example for example in drawn("coco", tmp_path) if example.path.parent.name == "train"]
    malignant, benign, clusters = (found[3 * woman] for woman in range(3))
    assert malignant.masses is not None
    assert [(truth.box, truth.malignant) for truth in malignant.masses] == [(Box(20, 30, 24, 30), True)]
    assert (malignant.cancer, benign.cancer, clusters.cancer) == (True, False, None)
    assert clusters.masses == ()
    assert clusters.calcifications is not None
    assert len(clusters.calcifications) == 1


def test_coco_keeps_a_named_patient_together_and_takes_outlines(tmp_path: Path) -> None:
    outline = [20, 30, 44, 30, 32, 60]
    mark = {"id": 1, "image_id": 1, "category_id": 7, "bbox": [20, 30, 24, 30], "segmentation": [outline]}
    images = '[{"id": 1, "file_name": "a.png", "patient": 5}, {"id": 2, "file_name": "b.png", "patient": 5}]'
    document = f'{{"images": {images}, "annotations": [{mark}], "categories": [{{"id": 7, "name": "lesion"}}]}}'
    written(tmp_path / "annotations" / "instances_val2017.json", document.replace("'", '"').encode())
    for name in ("a", "b"):
        picture(tmp_path / "val2017" / f"{name}.png")
    one, two = DATASETS["coco"].read(tmp_path)
    assert (one.unit, two.unit, one.official_split) == (("coco", "5"), ("coco", "5"), "train")
    assert one.masses is not None
    assert one.masses[0].outline is not None
    assert one.masses[0].outline.tolist() == [[20, 30], [44, 30], [32, 60]]
    assert one.path.is_file()


def test_copies_of_the_archive_do_not_count(tmp_path: Path) -> None:
    """macOS leaves `._name` beside every file it packs."""
    miniatures.infn(tmp_path)
    (some, *_) = (tmp_path / "IMAGES" / "Train" / "0").iterdir()
    shutil.copy(some, some.with_name(f"._{some.name}"))
    assert all(not example.path.name.startswith(".") for example in DATASETS["infn"].read(tmp_path))
