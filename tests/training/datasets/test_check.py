"""`mammoscope data check`: what it found, and what it expected where."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from tests.training.datasets.drawing import table, written
from tests.training.datasets.miniatures import MINIATURES
from training.datasets.registry import DATASETS

ANNOTATIONS = (".csv", ".xml", ".json", ".xlsx", ".txt")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["data", *map(str, arguments)])


@pytest.mark.parametrize("name", MINIATURES)
def test_a_folder_as_it_should_be(name: str, tmp_path: Path) -> None:
    whose = MINIATURES[name](tmp_path / name)
    result = run("check", name, tmp_path / name)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.output.startswith(f"{name}: {len(whose)} images of ")


@pytest.mark.parametrize("name", DATASETS)
def test_an_empty_folder_says_what_was_expected_where(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    result = run("check", name, tmp_path / name)
    assert result.exit_code == 1
    assert "expected" in result.stderr
    assert str(tmp_path / name) in result.stderr
    assert DATASETS[name].holds in result.stderr


def test_masses_classes_and_the_official_split_are_counted(tmp_path: Path) -> None:
    MINIATURES["cbis_ddsm"](tmp_path)
    lines = run("check", "cbis_ddsm", tmp_path).output.splitlines()
    assert lines[0] == "cbis_ddsm: 34 images of 14 patients or groups"
    assert lines[1].startswith("  masses: 28 on 19 images (15 benign, 13 malignant; ")
    assert lines[1].endswith("28 with an outline); 15 images unknown, 0 with none")
    assert "  official split: 9 test, 25 train" in lines
    assert lines[-1].endswith("4 training images left out, their patients are tested on")


def test_images_that_are_not_there_are_named(tmp_path: Path) -> None:
    MINIATURES["csaw_m"](tmp_path)
    (tmp_path / "images" / "preprocessed" / "test" / "CSAW_M_test_0003.png").unlink()
    result = run("check", "csaw_m", tmp_path)
    assert result.exit_code == 1
    assert "1 files are not there" in result.stderr
    assert "CSAW_M_test_0003.png" in result.stderr


def test_an_image_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    for path in MINIATURES["synthetic_csaw"](tmp_path):
        written(path, b"no image")
    result = run("check", "synthetic_csaw", tmp_path)
    assert result.exit_code == 1
    assert "cannot be read: Not an image we know" in result.stderr


def test_a_cell_that_makes_no_sense_is_no_traceback(tmp_path: Path) -> None:
    MINIATURES["csaw_m"](tmp_path)
    table(tmp_path / "labels" / "CSAW-M_test.csv", [{"Filename": "a.png", "Label": "low"}], ";")
    result = run("check", "csaw_m", tmp_path)
    assert result.exit_code == 1
    assert "after image CSAW_M_train_0015: ValueError" in result.stderr


@pytest.mark.parametrize("name", MINIATURES)
def test_damaged_annotations_are_no_traceback(name: str, tmp_path: Path) -> None:
    MINIATURES[name](tmp_path / name)
    kinds = {path.suffix: path for path in (tmp_path / name).rglob("*") if path.suffix in ANNOTATIONS}
    for path in kinds.values():
        whole = path.read_bytes()
        for damage in (b"", b"\x00\xff\x00 no table", whole[: len(whole) // 3] + b'"\x00'):
            written(path, damage)
            result = run("check", name, tmp_path / name)
            assert isinstance(result.exception, SystemExit | None), (path.name, result.exception)
            assert result.exit_code == 0 or "Error: " in result.stderr
        written(path, whole)


def test_a_film_that_is_no_dicom_is_named(tmp_path: Path) -> None:
    (film, *_) = MINIATURES["cbis_ddsm"](tmp_path)
    written(film, b"no image")
    assert "expected what cbis_ddsm holds" in run("check", "cbis_ddsm", tmp_path).stderr


def test_folders_may_be_links_even_in_a_circle(tmp_path: Path) -> None:
    whose = MINIATURES["infn"](tmp_path / "elsewhere")
    (tmp_path / "infn").mkdir()
    (tmp_path / "infn" / "IMAGES").symlink_to(tmp_path / "elsewhere" / "IMAGES")
    (tmp_path / "elsewhere" / "IMAGES" / "again").symlink_to(tmp_path / "infn")
    result = run("check", "infn", tmp_path / "infn")
    assert (result.exit_code, result.output.split(" of ")[0]) == (0, f"infn: {len(whose)} images")


def test_a_wrong_name_or_folder_is_one_line(tmp_path: Path) -> None:
    assert "'inbreats' is no data set; one of cbis_ddsm," in run("check", "inbreats", tmp_path).stderr
    result = run("check", "infn", tmp_path / "nowhere")
    assert (result.exit_code, "there is none" in result.stderr) == (1, True)


def test_the_parts_of_a_layout_are_named_one_after_the_other(tmp_path: Path) -> None:
    MINIATURES["cdd_cesm"](tmp_path)
    shutil.rmtree(tmp_path / "Low energy images of CDD-CESM")
    assert "expected Low energy images of CDD-CESM" in run("check", "cdd_cesm", tmp_path).stderr


def test_every_data_set_is_listed() -> None:
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == list(DATASETS)


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["inbreast", "mini_mias", "rsna_subset", "cdd_cesm_cc", "ddsm_tissue_seg"])
def test_the_prepared_sets_are_as_they_should_be(name: str, real_data: Path) -> None:
    assert run("check", name, real_data / name).exit_code == 0
