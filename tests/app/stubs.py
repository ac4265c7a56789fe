"""A pipeline that answers at once, and pictures small enough to be read at once."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field
from typing import Any, NoReturn

import cv2
import numpy as np
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

from app.analyst import Analyst, Progress
from pipeline.errors import ModelUnavailable
from pipeline.finding import Analysis, Cancer, Finding, Kind, Masking, MaskingLevel
from pipeline.geometry import Box
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Prepared, Recipe, mask_in_frame, preprocess

ROWS, COLUMNS = 160, 120
OUTLINE = np.array([[20.0, 40.0], [50.0, 44.0], [48.0, 80.0], [22.0, 76.0]])
SURE = Finding(Kind.MASS, Box(20, 40, 30, 40), confidence=0.9, outline=OUTLINE, malignant=0.7)
UNSURE = Finding(Kind.MASS, Box(60, 100, 20, 10), confidence=0.2, malignant=0.1)
CLUSTER = Finding(Kind.CALCIFICATION_CLUSTER, Box(70, 20, 16, 16), confidence=0.6)
FINDINGS = (SURE, CLUSTER, UNSURE)
STAGES = ("preprocess", "detect", "segment", "classify", "masking", "cancer")
LEVELS = {MaskingLevel.LOW: 0.2, MaskingLevel.MEDIUM: 0.7, MaskingLevel.HIGH: 0.1}


def breast(rows: int = ROWS, columns: int = COLUMNS) -> NDArray[np.uint8]:
    """A half disc at the right edge, grey with a bright spot: enough for the breast mask to find, to be flipped."""
    picture = np.zeros((rows, columns), np.uint8)
    cv2.ellipse(picture, (columns, rows // 2), (columns * 3 // 4, rows * 2 // 5), 0, 0, 360, 110, -1)
    cv2.circle(picture, (columns * 2 // 3, rows // 2), rows // 16, 230, -1)
    return picture


def png(rows: int = ROWS, columns: int = COLUMNS) -> bytes:
    return encoded(breast(rows, columns))


def encoded(picture: NDArray[Any]) -> bytes:
    return bytes(cv2.imencode(".png", picture)[1])


@dataclass
class StubAnalyst(Analyst):
    """Counts its analyses; waits in the stage `detect` while `gate` is closed; raises `error` there if there is one."""

    findings: tuple[Finding, ...] = FINDINGS
    error: Exception | None = None
    analyses: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)
    threads: set[str] = field(default_factory=set)
    asked: list[bool | None] = field(default_factory=list)  # whether a second opinion was wanted, by analysis

    def __post_init__(self) -> None:
        super().__init__(no_models)
        self.gate.set()

    def analyze(self, mammogram: Mammogram, progress: Progress, ask_second: bool | None = None) -> Analysis:
        self.analyses += 1
        self.asked.append(ask_second)
        self.threads.add(threading.current_thread().name)
        for stage in STAGES:
            progress(stage)
            if stage == "detect":
                self.entered.set()
                assert self.gate.wait(20)
            if stage == "detect" and self.error:
                raise self.error
        return Analysis(
            mammogram,
            self.findings,
            Masking(MaskingLevel.MEDIUM, LEVELS),
            Cancer(0.34, 0.34),
            models={"detector": "stub 1 sha256:000000000000"},
            timings_ms=dict.fromkeys(STAGES, 1.0),
        )

    def prepare(self, mammogram: Mammogram) -> Prepared:
        return preprocess(mammogram, Recipe())

    def mask(self, mammogram: Mammogram) -> NDArray[np.bool_]:
        return mask_in_frame(mammogram, Recipe())


def no_models() -> NoReturn:
    raise ModelUnavailable("a stub has none")


def send(client: FlaskClient, data: bytes | None = None, name: str = "a.png", wait: bool = True) -> TestResponse:
    """POST one file, as the page does."""
    headers = {"Prefer": "wait=30"} if wait else {}
    upload = {"file": (io.BytesIO(png() if data is None else data), name)}
    answer = client.post("/api/v1/analyses", data=upload, headers=headers)
    answer.request.environ["wsgi.input"].close()  # a large one lies in a temporary file
    return answer
