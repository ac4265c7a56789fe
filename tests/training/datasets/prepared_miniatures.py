"""Miniatures of the prepared sets: tables with one row an image."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from tests.training.datasets.drawing import picture, table, written

Whose = dict[Path, str]
WOMEN = range(14)
FOUR_VIEWS = tuple(product("LR", ("CC", "MLO")))


def prepared(root: Path, name: str, row: Callable[[int, str, str], dict[str, Any]]) -> Whose:
    whose: Whose = {}
    rows: list[dict[str, Any]] = []
    for woman, (side, view) in product(WOMEN, FOUR_VIEWS):
        file = f"images/{woman}-{side}-{view}.png"
        rows.append({"file": file, "image_id": f"{woman}-{side}-{view}", "laterality": side, "view": view})
        rows[-1] |= {"patient": f"w{woman}", "cancer": woman % 2} | row(woman, side, view)
        whose[picture(root / str(rows[-1]["file"]))] = f"w{woman}"
    table(root / f"{name}.csv", rows)
    return whose


def inbreast(root: Path) -> Whose:
    written(root / "contours.json", b"{}")
    row = {"birads": "4a", "mass_status": "no_mass", "pixel_mm": 0.14, "density": "2.0"}
    return prepared(root, "inbreast", lambda *_: row)


def mini_mias(root: Path) -> Whose:
    row = {"abnormality": "NORM", "severity": "", "circles_topleft_xyr": "[]", "tissue_FGD": "F"}
    return prepared(root, "mini_mias", lambda *_: row)


def rsna_subset(root: Path) -> Whose:
    return prepared(root, "rsna_subset", lambda *_: {"density": "", "machine_id": 29})


def cdd_cesm_cc(root: Path) -> Whose:
    return prepared(root, "cdd_cesm_cc", lambda *_: {"pathology": "benign"})


def ddsm_tissue_seg(root: Path) -> Whose:
    def row(woman: int, side: str, view: str) -> dict[str, Any]:
        name = f"A_{woman:04d}_1.{'LEFT' if side == 'L' else 'RIGHT'}_{view}"
        picture(root / "masks" / f"{name}_LI.png")
        files = {"file": f"images/{name}.png", "image_file": f"images/{name}.png", "mask_file": f"masks/{name}_LI.png"}
        return files | {"split": "test" if woman % 5 == 4 else "train_valid", "ddsm_case": f"A_{woman:04d}"}

    return prepared(root, "ddsm_tissue_seg", row)


def microcalc_patches(root: Path) -> Whose:
    def row(woman: int, side: str, view: str) -> dict[str, Any]:
        if woman > 9:
            name = f"1_D3_B_{3000 + woman}_1.{'LEFT' if side == 'L' else 'RIGHT'}_{view}_4"
            return {
                "file": f"images/{name}.png",
                "published_split": "external",
                "label": 1,
                "case": "",
                "external": True,
            }
        part = "test" if woman % 5 == 4 or (woman == 0 and side == "L") else "train"
        name = f"{part.title()}_1_{woman:04d}t1_3_{side}_{view}"
        told = {"published_split": part, "label": 0, "case": f"{woman:04d}", "external": False}
        return {"file": f"images/{name}.png"} | told

    return prepared(root, "microcalc_patches", row)


ALL = (inbreast, mini_mias, rsna_subset, cdd_cesm_cc, ddsm_tissue_seg, microcalc_patches)
