"""Patches of 60 x 60 pixels with and without microcalcifications (INFN), as published and as prepared.

As published: Train/0, Train/1, Test/0, Test/1 somewhere below, with files like 0033t1_4_0_2.pgm: case 0033, film t1,
crop 2 of a place in it. The published parts share cases, and one source image.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from training.datasets.base import Example, OfficialSplit
from training.datasets.ddsm_names import case_of
from training.datasets.layout import WrongLayout, contents, expected, images_below
from training.datasets.tables import Row, table

PARTS: dict[str, OfficialSplit] = {"train": "train", "test": "test"}
CASE = 4  # digits at the start of a name


def infn(root: Path) -> Iterator[Example]:
    """One example a patch; cases have the folds of the prepared `microcalc_patches`.

    Whoever is in the published test part is trained or validated on by nobody (`split`), so its four shared cases
    leave the training part.
    """
    found = [path for path in images_below(root) if _is_patch(path)]
    if not found:
        raise WrongLayout(f"expected Train/0, Train/1, Test/0 and Test/1 with patches below {root}; {contents(root)}")
    for path in found:
        label, part = path.parent.name, PARTS[path.parent.parent.name.lower()]
        yield _patch("infn", f"{part}/{path.stem}", path.stem[:CASE], path, label, part)


def _is_patch(path: Path) -> bool:
    label, part = path.parent.name, path.parent.parent.name.lower()
    return label in ("0", "1") and part in PARTS and path.stem[:CASE].isdigit()


def microcalc_patches(root: Path) -> Iterator[Example]:
    """The prepared set: INFN's patches and, without a case number, `external` ones cut from DDSM."""
    for row in table(expected(root, "microcalc_patches.csv"), "file", "published_split", "label", "case", "external"):
        yield _external(root, row) if row["external"] == "True" else _internal(root, row)


def _internal(root: Path, row: Row) -> Example:
    path = root / row["file"]
    return _patch("microcalc_patches", path.stem, row["case"], path, row["label"], PARTS[row["published_split"]])


def _external(root: Path, row: Row) -> Example:
    """Their names tell the case of DDSM, which other sets may hold too."""
    path = root / row["file"]
    case = case_of(path.stem) or path.stem
    return Example(
        dataset="microcalc_patches",
        image_id=path.stem,
        patient=case,
        path=path,
        calcified=row["label"] == "1",
        group=("ddsm", case),
    )


def _patch(dataset: str, image_id: str, case: str, path: Path, label: str, part: OfficialSplit) -> Example:
    return Example(
        dataset=dataset,
        image_id=image_id,
        patient=case,
        path=path,
        calcified=label == "1",
        official_split=part,
        group=("microcalc_patches", case),
    )
