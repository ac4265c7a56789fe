"""A miniature of every data set's layout, drawn here. Each gives back whose every image is: file -> woman.

The women are ours; readers see of them what the real data sets tell.
"""

from __future__ import annotations

import json
import plistlib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

from tests.training.datasets import prepared_miniatures as prepared
from tests.training.datasets.cbis import cbis_ddsm
from tests.training.datasets.drawing import dicom_bytes, picture, table, workbook, written

Whose = dict[Path, str]
WOMEN = range(14)
FOUR_VIEWS = tuple(product("LR", ("CC", "MLO")))
POINTS = [(20.5, 30.0), (44.0, 31.0), (43.0, 60.25), (21.0, 59.0)]


def inbreast_release(root: Path) -> Whose:
    whose: Whose = {}
    rows: list[dict[str, Any]] = []
    for woman, (side, view) in product(WOMEN, FOUR_VIEWS):
        image = str(20586908 + 100 * woman + 26 * len(rows) % 100)
        path = root / "AllDICOMs" / f"{image}_{woman:016x}_MG_{side}_{view[:2]}_ANON.dcm"
        whose[written(path, dicom_bytes("INbreast"))] = f"{woman:016x}"
        rows.append(inbreast_row(image, side, view, str(1 + woman % 4), ["1", "2", "4a", "6"][woman % 4]))
        if woman % 4:
            contours(root / "AllXML" / f"{image}.xml", ("Mass", POINTS), ("Calcification", POINTS[:1]))
    table(root / "INbreast.csv", rows, delimiter=";")
    return whose


def inbreast_row(image: str, side: str, view: str, density: str, birads: str) -> dict[str, str]:
    head = {"Patient ID": "removed", "Patient age": "removed", "Laterality": side, "View": view}
    return head | {"Acquisition date": "201001", "File Name": image, "ACR": f"  {density} ", "Bi-Rads": birads}


def contours(path: Path, *regions: tuple[str, list[tuple[float, float]]]) -> Path:
    rois = [
        {"Name": name, "NumberOfPoints": len(points), "Point_px": [f"({x:f}, {y:f})" for x, y in points]}
        for name, points in regions
    ]
    return written(path, plistlib.dumps({"Images": [{"ImageIndex": 0, "NumberOfROIs": len(rois), "ROIs": rois}]}))


def rsna(root: Path) -> Whose:
    """Seven women as DICOM, seven as PNG in the two ways they are in circulation."""
    whose: Whose = {}
    rows: list[dict[str, Any]] = []
    for woman, (side, view) in product(WOMEN, FOUR_VIEWS):
        patient, image = str(10000 + 3 * woman), str(1459541791 + len(rows))
        if woman < 7:
            path = written(root / "train_images" / patient / f"{image}.dcm", dicom_bytes("RSNA"))
        else:
            name = f"{patient}/{image}.png" if woman % 2 else f"{patient}_{image}.png"
            path = picture(root / "train_images_256" / name)
        whose[path] = patient
        row = {"site_id": 2, "patient_id": patient, "image_id": image, "laterality": side, "view": view}
        rows.append(row | {"cancer": int(woman % 5 == 0), "density": "ABCD "[woman % 5], "machine_id": 29})
    table(root / "train.csv", rows)
    return whose


def csaw_m(root: Path) -> Whose:
    whose: Whose = {}
    for part, count in (("train", 16), ("test", 8)):
        rows: list[dict[str, Any]] = []
        for number in range(count):
            name = f"CSAW_M_{part}_{number:04d}.png"
            whose[picture(root / "images" / "preprocessed" / part / name)] = name
            rows.append({"Filename": name, "Label": number % 8 + 1, "If_cancer": number % 2, "Expert_1": 3})
        table(root / "labels" / f"CSAW-M_{part}.csv", rows, delimiter=";")
    return whose


def synthetic_csaw(root: Path) -> Whose:
    named = product(("train", "test"), ("Low", "Medium", "High"), range(4))
    return {picture(root / part / level / f"{i}.png"): f"{part}/{level}/{i}" for part, level, i in named}


def vindr_mammo(root: Path) -> Whose:
    whose: Whose = {}
    rows, findings = [], []
    for woman, (side, view) in product(WOMEN, FOUR_VIEWS):
        study, image = f"{woman:032x}", f"{woman:028x}{side}{view}"
        whose[written(root / "images" / study / f"{image}.dicom", dicom_bytes("VinDr"))] = study
        row: dict[str, Any] = {"study_id": study, "series_id": "s", "laterality": side, "view_position": view}
        row |= {"image_id": image, "height": 104, "width": 80, "breast_birads": f"BI-RADS {1 + woman % 5}"}
        row |= {"breast_density": f"DENSITY {'ABCD'[woman % 4]}", "split": "test" if woman % 4 == 3 else "training"}
        rows.append(row)
        findings.append(row | finding(woman % 3))
    table(root / "breast-level_annotations.csv", rows)
    table(root / "finding_annotations.csv", findings)
    return whose


def finding(kind: int) -> dict[str, Any]:
    box = {"xmin": 20.5, "ymin": 30, "xmax": 44, "ymax": 60.0}
    if kind == 0:
        return {"finding_categories": "['No Finding']", "finding_birads": "", **dict.fromkeys(box, "")}
    categories = ["Mass", "Skin Retraction"] if kind == 1 else ["Suspicious Calcification"]
    return {"finding_categories": repr(categories), "finding_birads": f"BI-RADS {2 + kind}", **box}


def mass_collection(root: Path) -> Whose:
    """Two images of each woman of MIAS, DDSM and INbreast (whose women are named beside it), in three copies each."""
    whose: Whose = {}
    known = []
    for woman in WOMEN:
        sources = {f"mdb{2 * woman + 1:03d}": "M", f"mdb{2 * woman + 2:03d}": "M"}
        sources |= {f"D1_A_{1100 + woman}_1.{side}_{view}": "D" for side, view in (("LEFT", "CC"), ("LEFT", "MLO"))}
        images = [str(20586908 + 100 * woman + 26 * view) for view in range(2)]
        known += [{"image_id": image, "patient": f"{woman:016x}"} for image in images]
        sources |= dict.fromkeys(images, "I")
        folder = root / "INbreast+MIAS+DDSM Dataset" / ("Malignant Masses" if woman % 2 else "Benign Masses")
        for (source, kind), copy in product(sources.items(), range(1, 4)):
            whose[picture(folder / f"{source} ({copy}).png")] = f"{kind}{woman}"
    table(root.parent / "inbreast" / "inbreast.csv", known)
    return whose


def infn(root: Path) -> Whose:
    """Cases 0, 7 and 13 have patches in both published parts."""
    whose: Whose = {}
    for woman, film, crop in product(WOMEN, ("t1", "f1"), range(1, 4)):
        part = "Test" if woman % 7 == 6 or (woman in (0, 7, 13) and crop == 1) else "Train"
        name = f"{woman:04d}{film}_4_{woman % 2}_{crop}.pgm"
        whose[picture(root / "IMAGES" / part / str(woman % 2) / name, (60, 60))] = f"{woman:04d}"
    return whose


def cdd_cesm(root: Path) -> Whose:
    whose: Whose = {}
    rows, drawn = [["Image_name", "Patient_ID", "Side", "Type", "View", "Findings", PATHOLOGY, DENSITY]], []
    for woman, (side, view) in product(WOMEN, FOUR_VIEWS):
        for kind, folder in (("DM", "Low energy images of CDD-CESM"), ("CM", "Subtracted images of CDD-CESM")):
            name = f"P{woman + 1}_{side}_{kind}_{view}"
            path = picture(root / folder / f"{name}{' ' * (woman % 2)}.jpg")
            whose |= {path: f"P{woman + 1}"} if kind == "DM" else {}
            findings, pathology = FINDINGS[woman % 4]
            rows.append([name, str(woman + 1), side, kind, view, findings, pathology, "ABCD"[woman % 4]])
            drawn += [{"#filename": f"{name} .jpg", "region_shape_attributes": shape} for shape in SHAPES[woman % 4]]
    workbook(root / "Radiology-manual-annotations.xlsx", {"mass_description": [["x"]], "all": rows})
    table(root / "Radiology_hand_drawn_segmentations_v2.csv", drawn)
    return whose


PATHOLOGY, DENSITY = "Pathology Classification/ Follow up", "Breast density (ACR)"
FINDINGS = (
    ("Normal", "Normal"),
    ("Mass", "Malignant"),
    ("Mass$calcifications", "Benign"),
    ("Distortion", "Malignant"),
)
SHAPES: tuple[list[str], ...] = (
    [],
    [
        json.dumps({"name": "polygon", "all_points_x": [20, 44, 30], "all_points_y": [30, 31, 60]}),
        json.dumps({"name": "ellipse", "cx": 40, "cy": 50, "rx": 10, "ry": 5, "theta": 0}),
        json.dumps({"name": "point", "cx": 1, "cy": 1}),
    ],
    [json.dumps({"name": "circle", "cx": 40, "cy": 50, "r": 10})],
    [json.dumps({"name": "rect", "x": 20, "y": 30, "width": 10, "height": 5})],
)


def mini_mias_release(root: Path) -> Whose:
    whose: Whose = {}
    lines = ["1st column: MIAS database reference number.", ""]
    for number in range(1, 29):
        name = f"mdb{number:03d}"
        whose[picture(root / f"{name}.pgm")] = f"woman {(number - 1) // 2}"
        lines += [f"{name} {'FGD'[number % 3]} {found}" for found in ABNORMALITIES[number % 5]]
    written(root / "Info.txt", "\r\n".join(lines).encode())
    return whose


ABNORMALITIES = (
    ["NORM "],
    ["CIRC B 477 133 30", "SPIC M 500 168 26"],
    ["CALC M *NOTE 3*"],
    ["ARCH M 30 40 5"],
    ["CIRC B"],
)


def coco(root: Path) -> Whose:
    """Women named in one part, copies named as Roboflow does in the other."""
    whose: Whose = {}
    for part in ("train", "valid", "test"):
        images: list[dict[str, Any]] = []
        marks: list[dict[str, Any]] = []
        for woman, copy in product(range(8), range(3)):
            woman_id = f"{part}-{woman}" if part != "valid" else f"train-{woman}"
            name = f"{woman_id}_png.rf.{copy:032x}.png"
            whose[picture(root / part / name)] = woman_id
            images.append({"id": len(images), "file_name": name, "width": 80, "height": 104})
            marks.append({"id": len(marks), "image_id": len(marks), "category_id": woman % 3, "bbox": [20, 30, 24, 30]})
        categories = [{"id": i, "name": name} for i, name in enumerate(("Malignant mass", "benign", "Calcification"))]
        document = {"images": images, "annotations": marks, "categories": categories}
        written(root / part / "_annotations.coco.json", json.dumps(document).encode())
    return whose


MINIATURES: dict[str, Callable[[Path], Whose]] = {
    draw.__name__: draw
    for draw in (
        *(cbis_ddsm, inbreast_release, rsna, csaw_m, synthetic_csaw, vindr_mammo, mass_collection, infn, cdd_cesm),
        *(mini_mias_release, coco, *prepared.ALL),
    )
}
