"""What is judged (cases), and what is said of it (figures, tables, plots in sections)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pipeline.finding import Analysis, Finding, Kind
from training.datasets.base import Example
from training.draws import Draws, Floats
from training.metrics import Estimate, ScoredImage


@dataclass(frozen=True, eq=False)
class Case:
    """One image: what is true of it, and the document that the served analysis gave."""

    example: Example
    analysis: Analysis  # as its document tells it; the mammogram holds no pixels
    width: int  # of the sent image
    height: int
    milliseconds: float  # reading and analysis

    @property
    def patient(self) -> str:
        return "/".join(self.example.unit)

    @cached_property
    def masses(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.analysis.findings if finding.kind is Kind.MASS)

    @cached_property
    def clusters(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.analysis.findings if finding.kind is Kind.CALCIFICATION_CLUSTER)

    @property
    def scored(self) -> ScoredImage:
        found = tuple((finding.box, finding.confidence) for finding in self.masses)
        return ScoredImage(self.patient, found, tuple(mass.box for mass in self.example.masses or ()))


@dataclass(frozen=True, eq=False)
class Judged:
    """The cases of one data set; every interval of it comes from the same draws of its patients."""

    name: str
    cases: tuple[Case, ...]
    refused: tuple[str, ...]  # "image: code" of those that the pipeline would not analyse
    draws: Draws

    def weights(self, cases: Sequence[Case]) -> Floats:
        """(1 + draws, cases)"""
        return self.draws.weights([case.patient for case in cases])

    @property
    def searched(self) -> tuple[Case, ...]:
        """Images in which somebody looked for masses, whether there are any or not."""
        return tuple(case for case in self.cases if case.example.masses is not None)

    @property
    def has_masses(self) -> bool:
        return any(case.example.masses for case in self.cases)


@dataclass(frozen=True)
class Figure:
    key: str  # stable, for programs: "masses.ap50"
    label: str
    estimate: Estimate
    listed: bool = True  # False: a table of the section shows it


Cell = str | int | float | Estimate | None


@dataclass(frozen=True)
class Table:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Plot:
    title: str  # also what is read to those who do not see it
    svg: str


@dataclass(frozen=True)
class Picture:
    """A thumbnail for the gallery."""

    kind: str  # of failure
    caption: str
    jpeg: bytes


@dataclass(frozen=True)
class Section:
    title: str
    note: str = ""  # how the figures were made, in words for a reader
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class SetReport:
    name: str
    images: int
    patients: int
    refused: tuple[str, ...]
    sections: tuple[Section, ...]

    @cached_property
    def figures(self) -> dict[str, Figure]:
        return {figure.key: figure for section in self.sections for figure in section.figures}


@dataclass(frozen=True)
class Weights:
    """One weight file that was judged, as its card names it."""

    fold: str
    task: str
    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class Report:
    made: str  # date
    command: str
    patients: str  # which were judged, in words
    draws: int
    seed: int
    weights: tuple[Weights, ...]
    sets: tuple[SetReport, ...]
