"""The served analysis of every image, once: documents are kept below --out under what went into them."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

import pipeline
from models.weights import Card
from pipeline.analyze import analyze
from pipeline.document import to_document
from pipeline.document_read import analysis_of
from pipeline.errors import PipelineError
from pipeline.finding import Analysis
from pipeline.mammogram import Mammogram
from pipeline.model_choice import OPTIONAL, chosen_networks
from pipeline.models import Models, load_models
from training.datasets.base import Example
from training.evaluation.values import Case

BAR = 40  # characters
SOURCES = [path.read_bytes() for path in sorted(Path(pipeline.__file__).parent.glob("*.py"))]
CODE = sha256(b"".join(SOURCES)).hexdigest()  # read when it was imported: what is on disk later may be newer
LEAVABLE = (*OPTIONAL, "masking", "cancer")  # no other network's answer rests on theirs
Json = dict[str, Any]


@dataclass(frozen=True)
class Networks:
    """Which networks analyse."""

    directory: Path | None = None  # with cards/ and weights/; None for those that ship
    choice: Path | None = None  # a models.toml that puts others in their place
    left_out: tuple[str, ...] = ()  # tasks whose network may know the patients that are judged; see LEAVABLE

    @property
    def cards(self) -> tuple[Card, ...]:
        """Raises ModelUnavailable where one does not read."""
        found = chosen_networks(self.directory, self.choice)
        return tuple(chosen.card for task, chosen in found.items() if task not in self.left_out)

    def opened(self, threads: int) -> Models:
        models = load_models(self.directory, threads, self.choice)
        return replace(
            models,
            provenance={task: said for task, said in models.provenance.items() if task not in self.left_out},
            second_opinion=None if "hybrid" in self.left_out else models.second_opinion,
            microcalcification=None if "microcalcification" in self.left_out else models.microcalcification,
            guard=None if "guard" in self.left_out else models.guard,
        )

    def answers(self, analysis: Analysis) -> Analysis:
        """Without those of required networks that are left out: an analysis asks them, but nobody hears them."""
        return replace(
            analysis,
            masking=None if "masking" in self.left_out else analysis.masking,
            cancer=None if "cancer" in self.left_out else analysis.cancer,
        )


@dataclass(frozen=True, eq=False)
class Task:
    example: Example
    networks: Networks


@dataclass(frozen=True)
class Refused:
    """An image that the pipeline would not analyse."""

    image_id: str
    code: str


def analysed(tasks: Sequence[Task], folder: Path, processes: int, label: str) -> list[Case | Refused]:
    """In the order of the tasks. Only documents that `folder` does not hold yet are made."""
    folder.mkdir(parents=True, exist_ok=True)
    threads = max(1, (os.cpu_count() or 1) // processes)
    work = [(task, folder, threads) for task in tasks]
    if processes == 1:
        return [_case(*found) for found in counted(map(_analysed, work), len(work), label)]
    with ProcessPoolExecutor(processes) as pool:
        return [_case(*found) for found in counted(pool.map(_analysed, work, chunksize=2), len(work), label)]


def counted(results: Iterable[tuple[Task, Json]], total: int, label: str) -> Iterator[tuple[Task, Json]]:
    """The results as they come, with a line on the terminal that says how far they are; none in a log file."""
    started = time.monotonic()
    for done, result in enumerate(results, start=1):
        if sys.stderr.isatty():
            left = (time.monotonic() - started) * (total - done) / done
            bar = "#" * (BAR * done // total)
            end = "\n" if done == total else ""
            print(f"\r{label} [{bar:<{BAR}}] {done}/{total}, {left:3.0f} s left", end=end, file=sys.stderr, flush=True)
        yield result


def _analysed(work: tuple[Task, Path, int]) -> tuple[Task, Json]:
    task, folder, threads = work
    data = task.example.path.read_bytes()
    kept = folder / weights_key(task.networks) / f"{_image_key(data, task.example)}.json"
    if kept.exists():
        return task, json.loads(kept.read_text())
    entry = _entry(task, _models(task.networks, threads))
    kept.parent.mkdir(exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}")  # a killed run leaves no half document under the name
    part.write_text(json.dumps(entry))
    part.replace(kept)
    return task, entry


def _entry(task: Task, models: Models) -> Json:
    started = time.perf_counter()
    try:
        analysis = task.networks.answers(analyze(task.example.load(), models))
    except PipelineError as error:
        return {"refused": error.code}
    document = to_document(analysis, task.example.image_id)
    return {"document": document, "milliseconds": round((time.perf_counter() - started) * 1000, 1)}


def _case(task: Task, entry: Json) -> Case | Refused:
    if "refused" in entry:
        return Refused(task.example.image_id, entry["refused"])
    document = entry["document"]
    image = document["image"]
    unseen = Mammogram(np.zeros((1, 1), np.float32))
    return Case(task.example, analysis_of(document, unseen), image["width"], image["height"], entry["milliseconds"])


@cache
def _models(networks: Networks, threads: int) -> Models:
    return networks.opened(threads)


@cache
def weights_key(networks: Networks) -> str:
    """16 digits of a hash over the cards, which name their weight files by hash, and over the code that analyses."""
    said = [asdict(card) for card in networks.cards]
    return sha256((CODE + json.dumps(said, sort_keys=True)).encode()).hexdigest()[:16]


def _image_key(data: bytes, example: Example) -> str:
    """Of the file, and of what the table adds to it."""
    facts = [example.laterality, example.view, example.spacing_mm]
    return sha256(data + json.dumps(facts).encode()).hexdigest()[:32]
