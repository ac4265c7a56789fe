"""Which network does which task: what ships, or what a models.toml names. One line there changes a network:

pathology = "compact-pathology"     # the name of a card that ships, or of one in the weights folder
cancer = "mine/my-cancer.toml"      # a card file, seen from the folder of models.toml; its weights lie beside it
hybrid = "none"                     # a task that an analysis can do without
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.weights import SHIPPED, Card, WeightsError, by_task, cards, digest, read_card
from pipeline.errors import ModelUnavailable
from pipeline.onnx_model import onnx_runtime

REQUIRED = ("detector", "segmenter", "pathology", "masking", "cancer")
OPTIONAL = ("hybrid", "microcalcification", "guard")  # without their card an analysis leaves their part out
TASKS = (*REQUIRED, *OPTIONAL)
NONE = "none"


@dataclass(frozen=True)
class Chosen:
    card: Card
    file: Path  # the weights that the card describes

    @property
    def provenance(self) -> str:
        """As Analysis.models says it."""
        return f"{self.card.name} {self.card.version} sha256:{self.card.sha256[:12]}"

    def verified(self) -> Path:
        """The file, found to be as described and of a kind that runs here. Raises ModelUnavailable."""
        if not self.file.is_file():
            raise ModelUnavailable(
                f"The weight file {self.card.file} is missing; install it, or train it: see its card."
            )
        found = digest(self.file)
        if found != self.card.sha256:
            raise ModelUnavailable(
                f"The weight file {self.card.file} is not the one its card describes: "
                f"SHA-256 starts with {found[:12]}, expected {self.card.sha256[:12]}."
            )
        if self.file.suffix == ".onnx":
            onnx_runtime(self.file)
        return self.file


def chosen_networks(directory: Path | None = None, choice: Path | None = None) -> dict[str, Chosen]:
    """Task -> network: those of `directory` (cards/ and weights/; those that ship by default), changed by `choice`.

    Raises ModelUnavailable for a card or a models.toml that does not read or names what does not exist.
    """
    try:
        found = {task: _in(directory, card) for task, card in by_task(cards(directory)).items()}
        for task, said in _lines(choice).items():
            found.pop(task, None)
            if said != NONE:
                found[task] = _named(task, said, directory, choice)
    except WeightsError as error:
        raise ModelUnavailable(str(error)) from error
    return {task: found[task] for task in (*TASKS, *sorted(set(found) - set(TASKS))) if task in found}


def _in(directory: Path | None, card: Card) -> Chosen:
    return Chosen(card, (directory or SHIPPED) / "weights" / card.file)


def _lines(choice: Path | None) -> Mapping[str, str]:
    if choice is None:
        return {}
    try:
        lines: dict[str, Any] = tomllib.loads(choice.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelUnavailable(f"{choice.name} does not read: {error}") from error
    if wrong := [task for task, said in lines.items() if task not in TASKS or not isinstance(said, str)]:
        raise ModelUnavailable(
            f'{choice.name}: {wrong[0]!r} is no line of it; a line is TASK = "card", TASK one of {", ".join(TASKS)}.'
        )
    if needed := [task for task in REQUIRED if lines.get(task) == NONE]:
        raise ModelUnavailable(f"{choice.name}: an analysis cannot do without a {needed[0]}.")
    return lines


def _named(task: str, said: str, directory: Path | None, choice: Path | None) -> Chosen:
    found = _of_file(Path(said), choice) if said.endswith(".toml") else _of_name(said, directory)
    if found.card.task != task:
        raise ModelUnavailable(f"The card {said!r} is of a {found.card.task}, not of a {task}.")
    return found


def _of_file(path: Path, choice: Path | None) -> Chosen:
    path = path if choice is None else choice.parent / path.expanduser()
    card = read_card(path)
    beside, apart = path.parent / card.file, path.parent.parent / "weights" / card.file
    return Chosen(card, apart if apart.is_file() and not beside.is_file() else beside)


def _of_name(name: str, directory: Path | None) -> Chosen:
    folders = [directory, None] if directory else [None]
    known = {card.name: _in(folder, card) for folder in reversed(folders) for card in cards(folder)}
    if name not in known:
        raise ModelUnavailable(f"There is no card named {name!r}; there are {', '.join(sorted(known))}.")
    return known[name]
