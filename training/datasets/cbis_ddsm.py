"""CBIS-DDSM as TCIA gives it: digitised film, masses and calcifications with outlines and biopsy results.

On disk: mass_case_description_{train,test}_set.csv and calc_case_description_{train,test}_set.csv, and somewhere
below a folder for each image (Mass-Training_P_00001_LEFT_CC) and for each abnormality in it (…_LEFT_CC_1).
Lee et al. 2017, doi:10.1038/sdata.2017.177.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_DENSITY, Example, MassTruth, OfficialSplit
from training.datasets.cbis_masks import outline_of, size_of
from training.datasets.layout import WrongLayout, contents, expected
from training.datasets.tables import Row, table

TABLES: tuple[tuple[str, OfficialSplit], ...] = (
    ("mass_case_description_train_set.csv", "train"),
    ("mass_case_description_test_set.csv", "test"),
    ("calc_case_description_train_set.csv", "train"),
    ("calc_case_description_test_set.csv", "test"),
)
COLUMNS = ("patient_id", "left or right breast", "image view", "abnormality id", "pathology", "image file path")


def cbis_ddsm(root: Path) -> Iterator[Example]:
    """One example an image. MALIGNANT is malignant; BENIGN and BENIGN_WITHOUT_CALLBACK are benign.

    The same film may be in the mass and in the calcification set: as two examples, each knowing only what its set
    marks. Patients have one number in both, so `split` keeps them together, and trains or validates on nobody whom
    the test part of either set holds. Outlines come from the ROI masks, which are decoded for it: minutes for all.
    """
    folders = _folders(root)
    for name, part in TABLES:
        of_image: dict[str, list[Row]] = defaultdict(list)
        for row in table(expected(root, name, f"*/{name}"), *COLUMNS):
            of_image[_folder_name(row["image file path"])].append(row)
        for folder_name, rows in of_image.items():
            yield _example(folders, folder_name, rows, part)


def _example(folders: dict[str, Path], name: str, rows: list[Row], part: OfficialSplit) -> Example:
    first = rows[0]
    image = _image(folders, name)
    found = tuple(_abnormality(folders, name, row, image) for row in rows)
    known = tuple(truth for truth in found if truth is not None)
    marked = known if len(known) == len(rows) else None  # a mask that is missing leaves the image unknown
    density = first.get("breast_density") or first.get("breast density") or "0"
    return Example(
        dataset="cbis_ddsm",
        image_id=name,
        patient=first["patient_id"],
        path=image,
        masses=marked if name.startswith("Mass") else None,
        calcifications=marked if name.startswith("Calc") else None,
        calcified=True if name.startswith("Calc") else None,
        masking=MASKING_OF_DENSITY.get("?ABCD"[int(density)]) if density in "1234" else None,
        cancer=any(_malignant(row) for row in rows),
        laterality=Laterality(first["left or right breast"][0]),
        view=first["image view"],
        official_split=part,
    )


def _malignant(row: Row) -> bool:
    return row["pathology"] == "MALIGNANT"


def _abnormality(folders: dict[str, Path], name: str, row: Row, image: Path) -> MassTruth | None:
    folder = folders.get(f"{name}_{row['abnormality id']}")
    outline = outline_of(folder, size_of(image)) if folder is not None and image.is_file() else None
    return None if outline is None else MassTruth.around(outline, _malignant(row))


def _image(folders: dict[str, Path], name: str) -> Path:
    """The one DICOM file of an image's folder; a path that does not exist where it was not downloaded."""
    folder = folders.get(name)
    files = sorted(folder.rglob("*.dcm")) if folder is not None else []
    return files[0] if files else Path(name) / "1-1.dcm"


def _folder_name(image_file_path: str) -> str:
    """`Mass-Training_P_00001_LEFT_CC` of `Mass-Training_P_00001_LEFT_CC/1.3.6…/1.3.6…/000000.dcm`."""
    return image_file_path.replace("\\", "/").split("/")[0].strip()


def _folders(root: Path) -> dict[str, Path]:
    """Name -> folder of every image and abnormality, however many manifests they were downloaded with."""
    patterns = [f"{depth}{kind}-*_P_*" for depth in ("", "*/", "*/*/") for kind in ("Mass", "Calc")]
    found = {path.name: path for pattern in patterns for path in sorted(root.glob(pattern)) if path.is_dir()}
    if not found:
        raise WrongLayout(f"expected folders Mass-Training_P_… in {root}/CBIS-DDSM; {contents(root)}")
    return found
