"""What a data set's folder holds, counted, before anybody waits for a training to find out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import PipelineError
from training.datasets.base import Example, MassTruth
from training.datasets.layout import NAMED, WrongLayout
from training.datasets.registry import DATASETS
from training.split import FOLDS, fold_of


@dataclass(frozen=True)
class Report:
    """`lines` say what was found; `faults` what is wrong although the layout is right."""

    lines: tuple[str, ...]
    faults: tuple[str, ...]


def check(name: str, root: Path) -> Report:
    """Reads every table and annotation, and one image. Raises WrongLayout where a file or column is not as expected."""
    if not root.is_dir():
        raise WrongLayout(f"expected a folder at {root}; there is none")
    examples = list(_read(name, root))
    return Report(tuple(_lines(name, examples)), tuple(_faults(examples)))


def _read(name: str, root: Path) -> Iterator[Example]:
    """As the reader, but whatever a damaged file or an odd cell makes it raise becomes WrongLayout."""
    before = "at the first image"
    try:
        for example in DATASETS[name].read(root):
            yield example
            before = f"after image {example.image_id}"
    except FileNotFoundError:
        raise
    except Exception as error:  # a table, XML, JSON, workbook or DICOM file: each has errors of its own
        raise WrongLayout(f"expected what {name} holds in {root}; {before}: {error!r}") from error


def _lines(name: str, examples: list[Example]) -> Iterable[str]:
    yield f"{name}: {len(examples)} images of {len({example.unit for example in examples})} patients or groups"
    yield _marks("masses", [example.masses for example in examples])
    yield _marks("calcification clusters", [example.calcifications for example in examples])
    yield _counted("calcified", (_yes_no(example.calcified) for example in examples))
    yield _counted("cancer", (_yes_no(example.cancer) for example in examples))
    yield _counted("masking", (example.masking.value if example.masking else "unknown" for example in examples))
    yield _counted("view", (f"{example.laterality or '?'} {example.view or '?'}" for example in examples))
    yield _counted("official split", (example.official_split or "none" for example in examples))
    yield _folds(examples)


def _yes_no(known: bool | None) -> str:
    return "unknown" if known is None else "yes" if known else "no"


def _counted(what: str, values: Iterable[str]) -> str:
    return f"  {what}: " + ", ".join(f"{count} {value}" for value, count in sorted(Counter(values).items()))


def _marks(what: str, marked: list[tuple[MassTruth, ...] | None]) -> str:
    found = [truth for truths in marked for truth in truths or ()]
    grades = Counter({True: "malignant", False: "benign", None: "ungraded"}[truth.malignant] for truth in found)
    graded = ", ".join(f"{count} {grade}" for grade, count in sorted(grades.items()))
    images = sum(bool(truths) for truths in marked)
    unknown = sum(truths is None for truths in marked)
    outlined = sum(truth.outline is not None for truth in found)
    detail = f" on {images} images ({graded}; {outlined} with an outline)" if found else ""
    return f"  {what}: {len(found)}{detail}; {unknown} images unknown, {len(marked) - images - unknown} with none"


def _folds(examples: list[Example]) -> str:
    tested = {example.unit for example in examples if example.official_split == "test"}
    held = Counter(fold_of(*example.unit) for example in examples if example.unit not in tested)
    out = sum(example.unit in tested and example.official_split != "test" for example in examples)
    aside = f"; {out} training images left out, their patients are tested on" if out else ""
    return f"  images in folds 0 to {FOLDS - 1}: {', '.join(str(held[fold]) for fold in range(FOLDS))}{aside}"


def _faults(examples: list[Example]) -> Iterable[str]:
    if not examples:
        yield "no image at all"
    missing = [path for example in examples for path in _files(example) if not path.is_file()]
    if missing:
        named = ", ".join(str(path) for path in missing[:NAMED])
        yield f"{len(missing)} files are not there: {named}{', …' if len(missing) > NAMED else ''}"
    twice = [image for image, count in Counter(example.image_id for example in examples).items() if count > 1]
    if twice:
        yield f"{len(twice)} images are listed more than once: {', '.join(twice[:NAMED])}"
    readable = next((example for example in examples if example.path.is_file()), None)
    if readable is not None:
        yield from _unreadable(readable)


def _files(example: Example) -> Iterable[Path]:
    yield example.path
    if example.tissue_mask is not None:
        yield example.tissue_mask


def _unreadable(example: Example) -> Iterable[str]:
    try:
        example.load()
    except PipelineError as error:
        yield f"{example.path} cannot be read: {error}"
