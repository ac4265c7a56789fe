"""How long an image takes, and each stage of it."""

from __future__ import annotations

from training.evaluation.values import Cell, Figure, Judged, Section, Table
from training.figures import quantile


def section(judged: Judged, processes: int) -> Section:
    """Times are those of the analysis that was kept, so a second run shows the first one's."""
    cases = judged.cases
    weights = judged.weights(cases)
    seconds = [case.milliseconds / 1000 for case in cases]
    figures = tuple(
        Figure(f"runtime.{key}", f"seconds an image, {label}", judged.draws.estimate(quantile(seconds, weights, at), n))
        for key, label, at, n in (("median", "median", 0.5, len(cases)), ("p95", "95th percentile", 0.95, len(cases)))
    )
    stages = list(dict.fromkeys(stage for case in cases for stage in case.analysis.timings_ms))
    rows: list[tuple[Cell, ...]] = []
    for stage in stages:
        known = [case for case in cases if stage in case.analysis.timings_ms]
        spent, drawn = [case.analysis.timings_ms[stage] for case in known], judged.weights(known)
        rows.append((stage, *(judged.draws.estimate(quantile(spent, drawn, at), len(known)) for at in (0.5, 0.95))))
    return Section(
        "Run time",
        f"Reading and analysis of one image, while {processes} of them ran at once on this machine, whatever else it "
        "was doing. Kept analyses keep the time of the run that made them. Stages in milliseconds.",
        figures,
        (Table("Stages, milliseconds", ("stage", "median", "95th percentile"), tuple(rows)),),
    )
