"""Start here: the whole analysis, one line for each stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from pipeline.classify import cancer, classify, masking
from pipeline.detect import detect
from pipeline.finding import Analysis
from pipeline.guard import guard
from pipeline.mammogram import Mammogram
from pipeline.microcalcification import caution, merged, microcalcify
from pipeline.models import Models
from pipeline.preprocess import preprocess
from pipeline.second_opinion import second_opinion
from pipeline.segment import segment

STAGES = (
    "guard", "preprocess", "detect", "segment", "classify", "second_opinion", "microcalcifications", "masking", "cancer"
)  # fmt: skip


def analyze(
    mammogram: Mammogram,
    models: Models,
    progress: Callable[[str], None] = lambda stage: None,
    ask_second: bool = True,
) -> Analysis:
    """Every candidate down to the confidence floor, judged once; `progress` hears each stage's name as it begins.

    Without `ask_second` the masses get no second opinion, even where a network for it is set up.
    Raises NotAMammogram or UnsupportedImage when the picture shows no breast.
    """
    timings: dict[str, float] = {}
    stage = _stage_clock(timings, progress)
    look, warnings = None, mammogram.warnings
    if models.guard:
        with stage("guard"):
            look, doubts = guard(mammogram, models.guard)
            warnings = (*warnings, *doubts)
    with stage("preprocess"):
        prepared = preprocess(mammogram, models.recipe)
    with stage("detect"):
        findings = detect(prepared, models.detector)
    with stage("segment"):
        findings = segment(prepared, findings, models.segmenter)
    with stage("classify"):
        findings = classify(prepared, findings, models.pathology)
    if ask_second and models.second_opinion:
        with stage("second_opinion"):
            findings = second_opinion(prepared, findings, models.second_opinion)
    if models.microcalcification:
        with stage("microcalcifications"):
            clusters = microcalcify(mammogram, prepared, models.microcalcification)
            findings, warnings = merged(findings, clusters), (*warnings, *caution(prepared))
    with stage("masking"):
        level = masking(prepared, models.masking)
    with stage("cancer"):
        probability = cancer(prepared, models.cancer, findings)
    return Analysis(mammogram, findings, level, probability, _used(models, ask_second), timings, warnings, look)


def _used(models: Models, ask_second: bool) -> dict[str, str]:
    """The provenance of the networks that were asked."""
    unasked = models.second_opinion.model if models.second_opinion and not ask_second else None
    return {task: name for task, name in models.provenance.items() if task != unasked}


def _stage_clock(
    timings: dict[str, float], progress: Callable[[str], None]
) -> Callable[[str], AbstractContextManager[None]]:
    @contextmanager
    def stage(name: str) -> Iterator[None]:
        progress(name)
        started = time.perf_counter()
        yield
        timings[name] = round((time.perf_counter() - started) * 1000, 1)

    return stage
