"""`python -m tests.fuzz.mutate --count 5000 --seed 1`: damaged files through read(), and what became of them.

Every seed is read once whole, then `count` damaged ones follow. Exit status 1 when one of them escaped our errors,
ended the process, or took too long; those files are kept in --keep where it is given.
"""

from __future__ import annotations

import argparse
import select
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.fuzz.damage import damaged
from tests.fuzz.seeds import Seed, seeds

MEMORY_BYTES = 4 << 30  # of address space, threads and libraries included
SECONDS = 30.0  # for one file
ROOT = Path(__file__).resolve().parents[2]
OUR_CODES = frozenset(
    {"unreadable_image", "unsupported_image", "image_too_large", "unreadable_archive", "archive_too_large"}
)


@dataclass
class Bounded:
    """A child that reads one file after another; a new one takes its place when it dies or hangs."""

    command: tuple[str, ...] = (sys.executable, "-m", "tests.fuzz.child", str(MEMORY_BYTES))
    seconds: float = SECONDS
    peak_mib: int = 0
    _child: subprocess.Popen[bytes] | None = None

    def outcome(self, data: bytes) -> str:
        """`image`, a code, `escaped ...`, `died (status)` or `hung`."""
        child = self._child = self._child or self._started()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(struct.pack("<I", len(data)) + data)
            child.stdin.flush()
        except BrokenPipeError:
            return self._died(child)
        if not select.select([child.stdout], [], [], self.seconds)[0]:
            self.close()
            return "hung"
        line = child.stdout.readline().decode().split()
        if not line:
            return self._died(child)
        self.peak_mib = max(self.peak_mib, int(line[-1]))
        return " ".join(line[:-1])

    def close(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _died(self, child: subprocess.Popen[bytes]) -> str:
        status = child.wait()
        self.close()
        return f"died ({status})"

    def _started(self) -> subprocess.Popen[bytes]:
        pipe, silent = subprocess.PIPE, subprocess.DEVNULL
        return subprocess.Popen(self.command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=silent)


@dataclass
class Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    peak_mib: int = 0
    slowest_s: float = 0.0
    slowest: str = ""

    def text(self) -> str:
        lines = [f"{count:>7}  {outcome}" for outcome, count in self.outcomes.most_common()]
        lines.append(f"{sum(self.outcomes.values()):>7}  files; {len(self.bad)} neither an image nor a code")
        lines.append(f"peak memory {self.peak_mib} MiB, slowest {self.slowest_s:.1f} s ({self.slowest})")
        return "\n".join([*lines, *self.bad])


def damaged_files(corpus: list[Seed], count: int, seed: int) -> Iterator[Seed]:
    """`count` damaged files; the n-th depends on nothing but the corpus, `seed` and n. Two of three are of our own."""
    ours = [file for file in corpus if file.is_ours]
    for number in range(count):
        random = np.random.default_rng([seed, number])
        first, second = (_drawn(ours if random.random() < 2 / 3 else corpus, random) for _ in range(2))
        yield Seed(f"{seed}-{number} {first.name}", damaged(first.data, second.data, random))


def _drawn(files: list[Seed], random: np.random.Generator) -> Seed:
    return files[int(random.integers(len(files)))]


def run(corpus: list[Seed], count: int, seed: int, keep: Path | None = None, reader: Bounded | None = None) -> Tally:
    """Every seed whole, then `count` damaged ones."""
    reader, tally = reader or Bounded(), Tally()
    try:
        for file in (*corpus, *damaged_files(corpus, count, seed)):
            started = time.perf_counter()
            outcome = reader.outcome(file.data)
            _enter(tally, file, outcome, time.perf_counter() - started, keep)
    finally:
        reader.close()
    tally.peak_mib = reader.peak_mib
    return tally


def _enter(tally: Tally, file: Seed, outcome: str, seconds: float, keep: Path | None) -> None:
    tally.outcomes[outcome] += 1
    if seconds > tally.slowest_s:
        tally.slowest_s, tally.slowest = seconds, file.name
    if outcome != "image" and outcome not in OUR_CODES:
        tally.bad.append(f"{outcome}: {file.name}")
        if keep is not None:
            keep.mkdir(parents=True, exist_ok=True)
            (keep / f"{len(tally.bad)}.bin").write_bytes(file.data)


def main() -> None:
    parser = argparse.ArgumentParser(description="Damaged files through read().")
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="Folder for files that gave neither an image nor a code.")
    options = parser.parse_args()
    corpus, missing = seeds()
    print(
        f"{len(corpus)} whole files, {options.count} damaged ones; not made: {', '.join(missing) or 'none'}", flush=True
    )
    tally = run(corpus, options.count, options.seed, options.keep)
    print(tally.text())
    raise SystemExit(1 if tally.bad else 0)


if __name__ == "__main__":
    main()
