"""Start here: the whole analysis, one line for each stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from pipeline.classify import cancer, classify, masking
from pipeline.detect import detect
from pipeline.finding import Analysis
from pipeline.mammogram import Mammogram
from pipeline.models import Models
from pipeline.preprocess import preprocess
from pipeline.segment import segment

STAGES = ("preprocess", "detect", "segment", "classify", "masking", "cancer")


def analyze(mammogram: Mammogram, models: Models, progress: Callable[[str], None] = lambda stage: None) -> Analysis:
    """Every candidate down to the confidence floor, judged once; `progress` hears each stage's name as it begins.

    Raises UnsupportedImage when there is no breast in the picture.
    """
    timings: dict[str, float] = {}
    stage = _stage_clock(timings, progress)
    with stage("preprocess"):
        prepared = preprocess(mammogram, models.recipe)
    with stage("detect"):
        findings = detect(prepared, models.detector)
    with stage("segment"):
        findings = segment(prepared, findings, models.segmenter)
    with stage("classify"):
        findings = classify(prepared, findings, models.pathology)
    with stage("masking"):
        level = masking(prepared, models.masking)
    with stage("cancer"):
        probability = cancer(prepared, models.cancer, findings)
    return Analysis(mammogram, findings, level, probability, models.provenance, timings, mammogram.warnings)


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
