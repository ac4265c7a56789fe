"""Any folder of images with boxes or outlines in COCO's format (https://cocodataset.org/#format-data).

On disk: one or more .json files beside the images, in `annotations`, or in `train`, `valid` and `test`; images beside
their file, in `images`, or in a folder named as the part.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.geometry import Box
from training.datasets.base import Example, MassTruth, OfficialSplit
from training.datasets.layout import WrongLayout, contents
from training.datasets.mass_collection import source_of

Json = dict[str, Any]
PATIENT = ("patient", "patient_id", "case", "case_id")  # keys of an image that tell whose it is
COPY = re.compile(r"\.rf\.[0-9a-f]+$")  # Roboflow's name for each augmented copy
PARTS: dict[str, OfficialSplit] = {"train": "train", "val": "train", "valid": "train", "test": "test"}
MALIGNANT = {"malignant": True, "cancer": True, "benign": False}


def coco(root: Path) -> Iterator[Example]:
    """Categories named after calcifications are clusters, all others masses; `benign` or `malignant` is taken over.

    An image's `patient` (or patient_id, case, case_id) keeps a woman together; without one, copies of a source image
    are kept together by their names, and that is all that can be known. A validation part counts as training.
    """
    files = [path for path in sorted(root.glob("*.json")) + sorted(root.glob("*/*.json")) if _is_coco(path)]
    if not files:
        raise WrongLayout(f"expected a .json file with `images` and `annotations` in {root}; {contents(root)}")
    for path in files:
        yield from _of_file(path, root)


def _is_coco(path: Path) -> bool:
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        return False
    return isinstance(found, dict) and {"images", "annotations", "categories"} <= found.keys()


def _of_file(path: Path, root: Path) -> Iterator[Example]:
    document: Json = json.loads(path.read_text("utf-8"))
    names = {category["id"]: str(category["name"]).lower() for category in document["categories"]}
    marks: dict[Any, list[Json]] = defaultdict(list)
    for mark in document["annotations"]:
        marks[mark["image_id"]].append(mark)
    for image in document["images"]:
        yield _example(image, marks[image["id"]], names, path, root)


def _example(image: Json, marks: list[Json], names: dict[Any, str], path: Path, root: Path) -> Example:
    found = [(names[mark["category_id"]], mark) for mark in marks]
    masses = tuple(_truth(name, mark) for name, mark in found if "calc" not in name)
    clusters = tuple(_truth(name, mark) for name, mark in found if "calc" in name)
    file, part = _file(str(image["file_name"]), path, root), _part(path)
    grades = [truth.malignant for truth in (*masses, *clusters)]
    return Example(
        dataset="coco",
        image_id=f"{path.relative_to(root).with_suffix('').as_posix()}/{image['file_name']}",
        patient=_patient(image),
        path=file,
        masses=masses,
        calcifications=clusters if any("calc" in name for name in names.values()) else None,
        cancer=None if None in grades or not grades else any(grades),
        official_split=part,
    )


def _truth(name: str, mark: Json) -> MassTruth:
    grade = mark.get("malignant", next((value for word, value in MALIGNANT.items() if word in name), None))
    outlines = mark.get("segmentation")
    if isinstance(outlines, list) and outlines and len(outlines[0]) >= 6:
        return MassTruth.around(np.array(outlines[0], np.float64).reshape(-1, 2), grade)
    return MassTruth(Box(*(float(side) for side in mark["bbox"])), None, grade)


def _patient(image: Json) -> str:
    named = next((str(image[key]) for key in PATIENT if image.get(key) not in (None, "")), None)
    return named or source_of(COPY.sub("", Path(str(image["file_name"])).stem))


def _part(path: Path) -> OfficialSplit | None:
    """Told by the folder, or by a file's name like instances_train2017.json."""
    words = re.findall("[a-z]+", f"{path.parent.name} {path.stem}".lower())
    return next((PARTS[word] for word in words if word in PARTS), None)


def _file(name: str, path: Path, root: Path) -> Path:
    words = [word for word in re.findall("[a-z]+[0-9]*", path.stem.lower()) if word.rstrip("0123456789") in PARTS]
    folders = [path.parent, path.parent / "images", root, root / "images", *(root / word for word in words)]
    folders += [root / "images" / word for word in words]
    return next((folder / name for folder in folders if (folder / name).is_file()), path.parent / name)
