"""CSAW-M (masking levels by experts) and the synthetic CSAW images (the same levels, drawn by a diffusion model)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.finding import MaskingLevel
from pipeline.mammogram import Laterality
from training.datasets.base import Example, OfficialSplit
from training.datasets.layout import WrongLayout, contents, expected, images_below, optional
from training.datasets.tables import Row, table

LEVEL = re.compile("(?<![a-z])(?:low|medium|high)(?![a-z])", re.IGNORECASE)
LOW_UP_TO, MEDIUM_UP_TO = 2, 6  # of the eight levels, as the synthetic images were labelled; 7 and 8 are high
PARTS: tuple[OfficialSplit, ...] = ("train", "test")


def csaw_m(root: Path) -> Iterator[Example]:
    """CSAW-M (Sorkhei et al. 2021, doi:10.17044/scilifelab.14687271), one MLO view a woman.

    On disk: labels/CSAW-M_train.csv and CSAW-M_test.csv (semicolons; Filename, Label 1 to 8), and the images in
    images/preprocessed/train and test. Levels 1-2 are low, 3-6 medium, 7-8 high. No woman is named: the file is one.
    """
    for part in PARTS:
        labels = expected(root, f"labels/CSAW-M_{part}.csv", f"CSAW-M_{part}.csv")
        folder = expected(root, f"images/preprocessed/{part}", f"images/{part}", part)
        for row in table(labels, "Filename", "Label"):
            yield _of_csaw_m(row, folder / row["Filename"], part)


def _of_csaw_m(row: Row, path: Path, part: OfficialSplit) -> Example:
    side = (row.get("Dicom_image_laterality") or row.get("Image_laterality") or "")[:1].upper()
    return Example(
        dataset="csaw_m",
        image_id=path.stem,
        patient=path.stem,
        path=path,
        masking=_level_of(int(float(row["Label"]))),
        cancer=row["If_cancer"] == "1" if row.get("If_cancer") in ("0", "1") else None,
        laterality=Laterality(side) if side in ("L", "R") else None,
        view="MLO",
        official_split=part,
    )


def _level_of(label: int) -> MaskingLevel:
    if label <= LOW_UP_TO:
        return MaskingLevel.LOW
    return MaskingLevel.MEDIUM if label <= MEDIUM_UP_TO else MaskingLevel.HIGH


def synthetic_csaw(root: Path) -> Iterator[Example]:
    """Images in folders named Low, Medium and High (`Low masking level` will do), or named in a metadata.csv.

    They show no woman, so each is its own; where they lie in folders train and test, that split is kept.
    """
    metadata = optional(root, "metadata.csv", "*/metadata.csv")
    labelled = _by_metadata(metadata) if metadata is not None else _by_folder(root)
    found = False
    for path, level in labelled:
        found = True
        yield _synthetic(path, level, root)
    if not found:
        raise WrongLayout(f"expected images in folders Low, Medium and High below {root}; {contents(root)}")


def _by_folder(root: Path) -> Iterator[tuple[Path, MaskingLevel]]:
    for path in images_below(root):
        named = [match for part in path.relative_to(root).parts[:-1] if (match := LEVEL.match(part))]
        if named:
            yield path, MaskingLevel(named[-1].group().lower())


def _by_metadata(metadata: Path) -> Iterator[tuple[Path, MaskingLevel]]:
    """The file is in the column whose heading begins with `file` or `image`; the level in whichever names one."""
    rows = table(metadata)
    columns = list(rows[0]) if rows else []
    files = next((name for name in columns if name.lower().startswith(("file", "image", "path"))), None)
    levels = next((name for name in columns if name != files and all(LEVEL.search(row[name]) for row in rows)), None)
    if files is None or levels is None:
        raise WrongLayout(
            f"expected a column with file names and one with low, medium or high in {metadata}; "
            f"found {', '.join(columns) or 'nothing'}"
        )
    for row in rows:
        match = LEVEL.search(row[levels])
        assert match is not None
        yield metadata.parent / row[files], MaskingLevel(match.group().lower())


def _synthetic(path: Path, level: MaskingLevel, root: Path) -> Example:
    inside = path.relative_to(root) if path.is_relative_to(root) else path
    part = next((part for part in PARTS if part in inside.parts), None)
    name = inside.with_suffix("").as_posix()
    return Example("synthetic_csaw", name, name, path, masking=level, official_split=part)
