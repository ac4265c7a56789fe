"""The Mendeley collection of masses from INbreast, MIAS and DDSM, each image there in dozens of augmented copies.

On disk: `INbreast+MIAS+DDSM Dataset` (or `INbreast Dataset`, `DDSM Dataset`), in it `Benign Masses` and
`Malignant Masses` with files like `20587612 (37).png`, `mdb023 (4).png`, `D1_A_1177_1.RIGHT_CC (3).png`.
Lin and Huang 2020, doi:10.17632/ywsbh3ndr8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from training.datasets.base import Example
from training.datasets.ddsm_names import case_of, side_and_view
from training.datasets.layout import expected, images_below, optional
from training.datasets.mini_mias_release import patient_of
from training.datasets.tables import table

COPY = re.compile(r"[ _]*\(\d+\)$")
INBREAST = re.compile(r"\d{8}$")
MIAS = re.compile(r"mdb\d{3}", re.IGNORECASE)
UNKNOWN = "women unknown"
WHOLE = "INbreast+MIAS+DDSM Dataset"


def mass_collection(root: Path) -> Iterator[Example]:
    """Copies of one image have one group, and so have the images of one woman, with her own data set's fold.

    DDSM and MIAS tell the woman by the file's name. INbreast does not: its women are looked up beside `root` in
    inbreast/inbreast.csv or inbreast_release/AllDICOMs; without either all its images stay on one side of a split.
    """
    folder = optional(root, WHOLE, f"*/{WHOLE}", f"*/*/{WHOLE}") or root
    women = _women_of_inbreast(root.resolve().parent)
    for name, malignant in (("Benign Masses", False), ("Malignant Masses", True)):
        expected(folder, name, f"*/{name}")
        for path in (file for one in sorted(folder.rglob(name)) for file in images_below(one)):
            yield _example(path, path.relative_to(folder).with_suffix("").as_posix(), malignant, women)


def source_of(stem: str) -> str:
    """The image that a copy was made from: `20587612` of `20587612 (37)`."""
    return COPY.sub("", stem.strip())


def _example(path: Path, name: str, malignant: bool, women: dict[str, str]) -> Example:
    source = source_of(path.stem)
    group = _group(source, women)
    side, view = side_and_view(source)
    return Example(
        dataset="mass_collection",
        image_id=name,
        patient=group[1],
        path=path,
        cancer=malignant,
        laterality=side,
        view=view,
        group=group,
    )


def _group(source: str, women: dict[str, str]) -> tuple[str, str]:
    if case := case_of(source):
        return "ddsm", case
    if match := MIAS.match(source):
        return "mini_mias", patient_of(match.group().lower())
    if INBREAST.match(source):
        return "inbreast", women.get(source, UNKNOWN)
    return "mass_collection", source


def _women_of_inbreast(beside: Path) -> dict[str, str]:
    """Image -> patient, of either form of INbreast beside this collection."""
    found: dict[str, str] = {}
    for path in beside.glob("inbreast*/**/AllDICOMs/*_*.dcm"):
        image_id, patient, *_ = path.stem.split("_")
        found[image_id] = patient
    prepared = optional(beside, "inbreast/inbreast.csv")
    return found | ({row["image_id"]: row["patient"] for row in table(prepared)} if prepared else {})
