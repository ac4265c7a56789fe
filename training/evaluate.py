"""`mammoscope evaluate`: the served analysis, file in and document out, on the patients that no training saw."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from pipeline.analyze import analyze
from pipeline.errors import PipelineError
from pipeline.finding import Analysis, Finding, MaskingLevel
from pipeline.geometry import Box
from pipeline.models import Models, load_models
from training.datasets.base import Example, data_root
from training.datasets.prepared import examples
from training.judge import auc, auc_within, balanced_accuracy
from training.metrics import Estimate, ScoredImage, bootstrap, box_iou, outline_iou, sensitivity_at
from training.split import split

DATASETS = ("inbreast", "mini_mias", "rsna_subset")
LEVELS = list(MaskingLevel)
FOUND_IOU = 0.2  # of the boxes: from here on a mass counts as found


@dataclass(frozen=True, eq=False)
class Judged:
    example: Example
    analysis: Analysis

    def as_scored(self) -> ScoredImage:
        found = tuple((finding.box, finding.confidence) for finding in self.analysis.findings)
        return ScoredImage(self.example.patient, found, tuple(mass.box for mass in self.example.masses or ()))


def main(argv: list[str]) -> int:
    """Prints a table and, with --out, writes the same as JSON. 0 when every data set was judged."""
    options = parser().parse_args(argv)
    models = load_models(options.weights)
    figures: dict[str, Estimate] = {}
    for name in options.sets:
        _, validation = split(examples(options.data, name), options.held_out)
        figures |= {f"{name}: {what}": figure for what, figure in figures_of(name, judged(validation, models)).items()}
    print(table(figures))
    if options.out:
        options.out.write_text(json.dumps({name: asdict(figure) for name, figure in figures.items()}, indent=1))
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="mammoscope evaluate", description=__doc__)
    found.add_argument("--data", type=Path, default=data_root(), help="folder that holds the data sets")
    found.add_argument("--sets", nargs="+", choices=DATASETS, default=DATASETS)
    found.add_argument("--weights", type=Path, help="folder with cards/ and weights/; the shipped ones if not named")
    found.add_argument("--held-out", type=int, choices=range(5), default=0, help="fold of patients that validates")
    found.add_argument("--out", type=Path, help="write the figures here as JSON")
    return found


def judged(found: Sequence[Example], models: Models) -> list[Judged]:
    """Images that the pipeline refuses are named and left out."""
    results = []
    for example in found:
        try:
            results.append(Judged(example, analyze(example.load(), models)))
        except PipelineError as error:
            print(f"refused: {example.dataset} {example.image_id}: {error.code}")
    return results


def figures_of(name: str, results: Sequence[Judged]) -> dict[str, Estimate]:
    figures = whole_image(results)
    searched = [result for result in results if result.example.masses is not None]
    if any(result.example.masses for result in searched):
        figures |= detection(searched) | found_masses(searched, outlined=name == "inbreast")
    return figures


def detection(results: Sequence[Judged]) -> dict[str, Estimate]:
    images = [result.as_scored() for result in results]
    return {
        f"masses, sensitivity at {marks:g} false mark(s) an image, IoU >= {iou}": sensitivity_at(images, marks, iou)
        for iou in (0.2, 0.5)
        for marks in (1.0, 2.0)
    }


def found_masses(results: Sequence[Judged], outlined: bool) -> dict[str, Estimate]:
    """Outline and pathology of the masses that some mark found, whatever its confidence."""
    pairs = [
        (r, mass, mark) for r in results for mass in r.example.masses or () if (mark := best(mass.box, r.analysis))
    ]
    judged = [(r, mass, mark) for r, mass, mark in pairs if mark.malignant is not None]
    scores = np.array([mark.malignant for _, _, mark in judged], float)
    figures = {
        "found masses, pathology, AUC": auc(
            [r.example.patient for r, _, _ in judged], [bool(mass.malignant) for _, mass, _ in judged], scores
        )
    }
    if outlined:
        both = [(mass.outline, mark.outline) for _, mass, mark in pairs]
        ious = np.array([0.0 if true is None or said is None else outline_iou(true, said) for true, said in both])
        dice = 2 * ious / (1 + ious)
        patients = [r.example.patient for r, _, _ in pairs]
        figures["found masses, outline, mean Dice"] = bootstrap(patients, lambda rows: float(dice[list(rows)].mean()))
    return figures


def best(box: Box, analysis: Analysis) -> Finding | None:
    """The mark that overlaps `box` most, if it does by FOUND_IOU."""
    overlap = [(box_iou(box, finding.box), -i) for i, finding in enumerate(analysis.findings)]
    value, index = max(overlap, default=(0.0, 0))
    return analysis.findings[-index] if value >= FOUND_IOU else None


def whole_image(results: Sequence[Judged]) -> dict[str, Estimate]:
    figures = {}
    known = [r for r in results if r.example.masking is not None and r.analysis.masking is not None]
    if known:
        patients = [r.example.patient for r in known]
        truth = [LEVELS.index(r.example.masking) for r in known if r.example.masking]
        said = [LEVELS.index(r.analysis.masking.level) for r in known if r.analysis.masking]
        figures["masking level, balanced accuracy"] = balanced_accuracy(patients, truth, said)
    labelled = [r for r in results if r.example.cancer is not None]
    patients, cancers = [r.example.patient for r in labelled], [bool(r.example.cancer) for r in labelled]
    scores = np.array([r.analysis.cancer.probability for r in labelled if r.analysis.cancer], float)
    figures["whole-image cancer, AUC"] = auc(patients, cancers, scores)
    if all(r.example.machine for r in labelled):
        machines = [str(r.example.machine) for r in labelled]
        figures["whole-image cancer, AUC within machine"] = auc_within(patients, cancers, scores, machines)
    return figures


def table(figures: dict[str, Estimate]) -> str:
    lines = [
        f"| {name} | {figure.value:.3f} | {figure.low:.3f}-{figure.high:.3f} | {figure.n} |"
        for name, figure in figures.items()
    ]
    return "\n".join(["| validation patients | value | 95 % interval | n |", "|---|---|---|---|", *lines])
