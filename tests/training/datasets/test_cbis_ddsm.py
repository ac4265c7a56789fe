"""CBIS-DDSM: which file is the mask, what it outlines, and what each of its two sets knows."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from pipeline.finding import MaskingLevel
from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from tests.training.datasets.cbis import LARGE, PATHOLOGY, square
from tests.training.datasets.cbis import cbis_ddsm as draw
from tests.training.datasets.drawing import SIZE, crop_bytes, dicom_bytes, written
from training.datasets.base import Example, MassTruth
from training.datasets.cbis_ddsm import cbis_ddsm
from training.datasets.cbis_masks import outline_of
from training.datasets.layout import WrongLayout


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Example]:
    root = tmp_path_factory.mktemp("cbis")
    draw(root)
    return {example.image_id: example for example in cbis_ddsm(root)}


def marks(example: Example) -> tuple[MassTruth, ...]:
    truths = example.masses if example.image_id.startswith("Mass") else example.calcifications
    assert truths is not None
    return truths


def test_every_mask_is_found_whatever_it_is_called(found: dict[str, Example]) -> None:
    """Even women's masks share a series with the crop, odd women's have the crop's name, one woman's are larger."""
    for example in found.values():
        woman = int(example.patient[2:])
        assert len(marks(example)) == 1 + woman % 2
        for number, truth in enumerate(marks(example), start=1):
            left, top, right, bottom = square(number)
            edges = truth.box.x, truth.box.y, truth.box.right, truth.box.bottom
            assert edges == pytest.approx((left, top, right, bottom), abs=0.6)  # outlines go through pixel centres
            assert truth.outline is not None
            assert truth.malignant is (PATHOLOGY[(woman + number) % 3] == "MALIGNANT")
    assert LARGE in {int(example.patient[2:]) for example in found.values()}


def test_benign_without_callback_is_benign(found: dict[str, Example]) -> None:
    assert found["Mass-Training_P_00004_LEFT_CC"].cancer is False  # (4 + 1) % 3: without callback
    assert found["Mass-Training_P_00008_LEFT_CC"].cancer is True


def test_each_set_knows_only_what_it_marks(found: dict[str, Example]) -> None:
    mass, calcification = found["Mass-Training_P_00000_LEFT_CC"], found["Calc-Training_P_00000_LEFT_CC"]
    assert (mass.calcifications, mass.calcified) == (None, None)
    assert (calcification.masses, calcification.calcified) == (None, True)
    assert mass.unit == calcification.unit == ("cbis_ddsm", "P_00000")


def test_side_view_density_and_part_come_from_the_table(found: dict[str, Example]) -> None:
    example = found["Mass-Test_P_00002_RIGHT_CC"]
    assert (example.laterality, example.view, example.masking) == (Laterality.RIGHT, "CC", MaskingLevel.HIGH)
    assert (example.official_split, found["Mass-Training_P_00000_LEFT_CC"].official_split) == ("test", "train")
    assert (example.load().height, example.load().width) == SIZE


def test_a_mask_that_is_missing_leaves_the_image_unknown_and_not_without_masses(tmp_path: Path) -> None:
    draw(tmp_path)
    shutil.rmtree(tmp_path / "manifest-1" / "CBIS-DDSM" / "Mass-Training_P_00000_LEFT_CC_1")
    (example,) = (e for e in cbis_ddsm(tmp_path) if e.image_id == "Mass-Training_P_00000_LEFT_CC")
    assert example.masses is None


def test_a_crop_alone_is_no_mask(tmp_path: Path) -> None:
    written(tmp_path / "1-1.dcm", crop_bytes("ROI mask images"))
    assert outline_of(tmp_path, SIZE) is None


def test_a_mask_of_another_size_is_stretched_to_the_image(tmp_path: Path) -> None:
    written(tmp_path / "1-1.dcm", dicom_bytes("cropped images", (10, 20, 30, 60), 2.0))
    outline = outline_of(tmp_path, SIZE)
    assert outline is not None
    assert np.ptp(outline, axis=0) == pytest.approx((20, 40), abs=1)
    assert Box.around(outline).x == pytest.approx(10, abs=0.5)


def test_the_tables_without_the_images_say_what_is_missing(tmp_path: Path) -> None:
    draw(tmp_path)
    shutil.rmtree(tmp_path / "manifest-1")
    with pytest.raises(WrongLayout, match=r"expected folders Mass-Training_P_… in .*; found calc_case_description"):
        list(cbis_ddsm(tmp_path))
