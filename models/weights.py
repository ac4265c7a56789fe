"""Weight files and their cards: what a file is, what it was made from, what it reached, where it fails.

Both lie in one folder, this one by default: cards/<name>.toml describes weights/<file>.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

from models.toml import dumped

SHIPPED = Path(__file__).parent  # holds cards/ and weights/


class WeightsError(Exception):
    """A card does not read, or a weight file is missing or not the one that its card describes."""


@dataclass(frozen=True)
class Metric:
    """A figure on patients that the training never saw, with its 95 % bootstrap interval over those patients."""

    value: float
    low: float
    high: float
    n: int  # what the figure counts: lesions for sensitivities and outlines, else images


@dataclass(frozen=True)
class Card:
    """What must be known of one weight file. Mappings hold plain TOML values: no None, no tuples."""

    name: str
    task: str  # detector, segmenter, pathology, masking, cancer
    preset: str  # compact or paper
    architecture: str  # in words, with its source
    version: str
    file: str  # name of a file in weights/
    sha256: str  # 64 hexadecimal digits, small letters
    data_licence: str
    recipe: Mapping[str, Any] = field(default_factory=dict)  # fields of pipeline.preprocess.Recipe
    input: Mapping[str, Any] = field(default_factory=dict)  # names in order of the arguments, height, width, ...
    training: Mapping[str, Any] = field(default_factory=dict)  # data, split, seed, command, date, machine
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    calibration: Mapping[str, Any] = field(default_factory=dict)
    together: Mapping[str, Any] = field(default_factory=dict)  # cancer: how the findings weigh beside the image
    operating_points: tuple[Mapping[str, Any], ...] = ()
    limits: tuple[str, ...] = ()  # one sentence each

    def __post_init__(self) -> None:
        if Path(self.file).name != self.file:
            raise WeightsError(f"the card {self.name!r} names a file outside the weights folder: {self.file!r}")


def read_card(path: Path) -> Card:
    """Raises WeightsError where the file is missing, is not TOML, lacks a field or has one too many."""
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"the card {path.name} does not read: {error}") from error
    required = {known.name for known in fields(Card) if known.default is known.default_factory is MISSING}
    missing, unknown = required - set(entries), set(entries) - {known.name for known in fields(Card)}
    if missing or unknown:
        raise WeightsError(f"the card {path.name} lacks {sorted(missing)} and has unknown {sorted(unknown)}")
    return _card(entries, path)


def _card(entries: dict[str, Any], path: Path) -> Card:
    try:
        entries["metrics"] = {name: Metric(**metric) for name, metric in entries.get("metrics", {}).items()}
        entries["operating_points"] = tuple(entries.get("operating_points", ()))
        entries["limits"] = tuple(entries.get("limits", ()))
        return Card(**entries)
    except (TypeError, AttributeError) as error:
        raise WeightsError(f"the card {path.name} is not laid out as a card: {error}") from error


def write_card(card: Card, path: Path) -> None:
    """`read_card` gives the same card back. Raises TypeError for a value that TOML cannot hold, None for one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = {name: value for name, value in asdict(card).items() if name != "together" or value}  # of cancer alone
    path.write_text(dumped(entries), encoding="utf-8")


def cards(directory: Path | None = None) -> tuple[Card, ...]:
    """Every card in cards/ of `directory` (those that ship, by default), by file name. Raises WeightsError."""
    return tuple(read_card(path) for path in sorted((directory or SHIPPED).glob("cards/*.toml")))


def by_task(found: Iterable[Card]) -> dict[str, Card]:
    """Task -> its card: of several the one with the plain name, <preset>-<task>, so that none stands in its way."""
    plain_last = sorted(found, key=lambda card: card.name == f"{card.preset}-{card.task}")
    return {card.task: card for card in plain_last}


def digest(path: Path) -> str:
    """SHA-256 of a file, as cards state it."""
    with path.open("rb") as file:
        block, state = b" ", sha256()
        while block:
            block = file.read(1 << 20)
            state.update(block)
    return state.hexdigest()


def verify(card: Card, directory: Path | None = None) -> Path:
    """The path of the card's file in weights/ of `directory` (that which ships, by default), found to be as described.

    Raises WeightsError where it is missing or altered.
    """
    path = (directory or SHIPPED) / "weights" / card.file
    if not path.is_file():
        raise WeightsError(f"The weight file {card.file} is missing; install it, or train it: see its card.")
    found = digest(path)
    if found != card.sha256:
        raise WeightsError(
            f"The weight file {card.file} is not the one its card describes: "
            f"SHA-256 starts with {found[:12]}, expected {card.sha256[:12]}."
        )
    return path
