"""`make bench`: how long each stage takes on a drawn 8.5-megapixel mammogram, on this machine, in one run.

Times move from machine to machine and with the neighbours, so each is also given as a ratio to a fixed piece of
arithmetic (a 2048 x 2048 float32 matrix product) timed in the same rounds. Medians after a warm-up.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from pipeline.analyze import analyze
from pipeline.models import load_models
from pipeline.read import read
from training.phantom import draw_phantom
from training.phantom.dicom import dicom_bytes


def main(argv: Sequence[str] | None = None) -> int:
    options = parser().parse_args(argv)
    if options.rounds < 1:
        parser().error("--rounds: expected 1 or more")
    rng = np.random.default_rng(0)
    matrix = rng.random((2048, 2048), dtype=np.float32)
    data = dicom_bytes(draw_phantom(4), "MONOCHROME2")
    models = load_models()
    rounds: dict[str, list[float]] = defaultdict(list)
    for _ in range(options.rounds + 1):
        rounds["matrix product"].append(milliseconds(lambda: matrix @ matrix))
        rounds["read"].append(milliseconds(lambda: read(data)))
        mammogram = read(data)
        started = time.perf_counter()
        analysis = analyze(mammogram, models)
        rounds["analyze, all stages"].append((time.perf_counter() - started) * 1000)
        for stage, spent in analysis.timings_ms.items():
            rounds[stage].append(spent)
    print(f"{mammogram.width} x {mammogram.height} pixels, {len(analysis.findings)} findings, {options.rounds} rounds")
    report({stage: median(times[1:]) for stage, times in rounds.items()})
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="python -m training.bench", description=__doc__)
    found.add_argument("--rounds", type=int, default=7, help="after the warm-up; the medians are over them")
    return found


def milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def report(medians: dict[str, float]) -> None:
    unit = medians["matrix product"]
    print(f"| {'stage':22} | {'ms':>8} | {'ratio':>7} |\n|{'-' * 24}|{'-' * 9}:|{'-' * 8}:|")
    for stage, spent in medians.items():
        print(f"| {stage:22} | {spent:8.1f} | {spent / unit:7.2f} |")


if __name__ == "__main__":
    sys.exit(main())
