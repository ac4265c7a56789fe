"""mini-MIAS as released: digitised film, MLO only, a circle around each abnormality.

On disk: Info.txt (the same text is in README.txt) and mdb001.pgm to mdb322.pgm beside it or below.
Suckling et al. 1994. Info.txt counts y from the bottom; ours counts from the top.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from pipeline.geometry import Box
from pipeline.mammogram import Laterality
from training.datasets.base import MASKING_OF_TISSUE, Example, MassTruth
from training.datasets.layout import WrongLayout, by_stem, expected, images_below
from training.datasets.prepared import MASSES_OF_MIAS

# mdb005 F CIRC B 477 133 30; mdb003 D NORM; mdb059 F CIRC B *NOTE 3*
LINE = re.compile(r"^(mdb\d{3})\s+([FGD])\s+([A-Z]{4})(?:\s+([BM]))?(?:\s+(\d+)\s+(\d+)\s+(\d+))?")
SIDE = 1024  # rows and columns of every image
Abnormality = tuple[str, str | None, Box | None]  # class, B or M, the square around its circle


def mini_mias_release(root: Path) -> Iterator[Example]:
    """Benign or malignant by biopsy; F, G and D tissue stand in for masking. Folds are those of `mini_mias`."""
    text = expected(root, "Info.txt", "*/Info.txt", "README.txt", "*/README.txt")
    files = by_stem(images_below(root))
    listed: dict[str, list[re.Match[str]]] = defaultdict(list)
    for line in text.read_text("latin-1").splitlines():
        if match := LINE.match(line.strip()):
            listed[match[1]].append(match)
    if not listed:
        raise WrongLayout(f"expected lines like `mdb005 F CIRC B 477 133 30` in {text}")
    for name, found in listed.items():
        yield _example(name, found, files.get(name, root / f"{name}.pgm"))


def patient_of(name: str) -> str:
    """Films come in pairs, a woman's odd number and the even one after it: MIAS002 for mdb003 and mdb004."""
    return f"MIAS{(int(name[3:]) + 1) // 2:03d}"


def _example(name: str, found: list[re.Match[str]], path: Path) -> Example:
    abnormalities = [_abnormality(match) for match in found]
    patient = patient_of(name)
    return Example(
        dataset="mini_mias_release",
        image_id=name,
        patient=patient,
        path=path,
        masses=_masses(abnormalities),
        calcified=any(kind == "CALC" for kind, _, _ in abnormalities),
        masking=MASKING_OF_TISSUE[found[0][2]],
        cancer=any(severity == "M" for _, severity, _ in abnormalities),
        laterality=Laterality.RIGHT if int(name[3:]) % 2 else Laterality.LEFT,
        view="MLO",
        spacing_mm=(0.2, 0.2),
        group=("mini_mias", patient),
    )


def _abnormality(match: re.Match[str]) -> Abnormality:
    if match[5] is None:
        return match[3], match[4], None
    x, y, radius = float(match[5]), SIDE - float(match[6]), float(match[7])
    return match[3], match[4], Box(x - radius, y - radius, 2 * radius, 2 * radius)


def _masses(abnormalities: list[Abnormality]) -> tuple[MassTruth, ...] | None:
    """None where a mass has no circle, and where a distortion or asymmetry leaves it open what else is there."""
    if any(kind in ("ARCH", "ASYM") or (kind in MASSES_OF_MIAS and box is None) for kind, _, box in abnormalities):
        return None
    return tuple(
        MassTruth(box, None, severity == "M")
        for kind, severity, box in abnormalities
        if kind in MASSES_OF_MIAS and box is not None
    )
