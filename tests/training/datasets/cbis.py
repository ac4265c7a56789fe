"""A miniature of CBIS-DDSM, with the traps of the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.training.datasets.drawing import crop_bytes, dicom_bytes, table, written

VIEWS = (("LEFT", "CC"), ("LEFT", "MLO"), ("RIGHT", "CC"))
PATHOLOGY = ("MALIGNANT", "BENIGN", "BENIGN_WITHOUT_CALLBACK")
LARGE = 5  # this woman's masks were scanned at twice the size of her films
PARTS = {  # women 0 to 3 are in both sets: 0 in both training parts, 1 in both tests, 2 and 3 in one of each
    "Mass": {woman: "Test" if woman in (1, 2, 9) else "Training" for woman in range(10)},
    "Calc": {woman: "Test" if woman in (1, 3) else "Training" for woman in (0, 1, 2, 3, 10, 11, 12, 13)},
}


def cbis_ddsm(root: Path) -> dict[Path, str]:
    whose: dict[Path, str] = {}
    for kind, women in PARTS.items():
        rows: dict[str, list[dict[str, Any]]] = {"Training": [], "Test": []}
        for woman, part in women.items():
            for side, view in VIEWS[: 1 + woman % 3]:
                name = f"{kind}-{part}_P_{woman:05d}_{side}_{view}"
                whose[_film(root, name)] = f"P_{woman:05d}"
                rows[part] += [_abnormality(root, name, woman, number) for number in range(1, 2 + woman % 2)]
        for part, short in (("Training", "train"), ("Test", "test")):
            table(root / f"{kind.lower()}_case_description_{short}_set.csv", rows[part])
    return whose


def square(number: int) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of an image's abnormality of that number."""
    return 20 + 10 * number, 30 + 10 * number, 34 + 10 * number, 50 + 10 * number


def _film(root: Path, name: str) -> Path:
    folder = root / "manifest-1" / "CBIS-DDSM" / name / "07-20-2016-DDSM-NA-1" / "1.000000-full mammogram images-2"
    return written(folder / "1-1.dcm", dicom_bytes("full mammogram images"))


def _abnormality(root: Path, name: str, woman: int, number: int) -> dict[str, Any]:
    """Even women have mask and crop in one series, the crop first; odd ones have each under the other's name."""
    folder = root / "manifest-1" / "CBIS-DDSM" / f"{name}_{number}" / "07-21-2016-DDSM-NA-3"
    mask = dicom_bytes("ROI mask images", square(number), 2.0 if woman == LARGE else 1.0)
    if woman % 2:
        written(folder / "1.000000-cropped images-4" / "1-1.dcm", mask)
        written(folder / "1.000000-ROI mask images-5" / "1-1.dcm", crop_bytes("ROI mask images"))
    else:
        written(folder / "1.000000-ROI mask images-4" / "1-1.dcm", crop_bytes("ROI mask images"))
        written(folder / "1.000000-ROI mask images-4" / "1-2.dcm", mask)
    _, _, _, side, view = name.split("_")
    return {
        "patient_id": f"P_{woman:05d}",
        "breast_density" if name.startswith("Mass") else "breast density": woman % 4 + 1,
        "left or right breast": side,
        "image view": view,
        "abnormality id": number,
        "pathology": PATHOLOGY[(woman + number) % 3],
        "image file path": f"{name}/1.3.6.1.4.1.9590.1/1.3.6.1.4.1.9590.2/000000.dcm",
        "ROI mask file path": f"{name}_{number}/1.3.6.1.4.1.9590.1/1.3.6.1.4.1.9590.2/000001.dcm\n",
    }
