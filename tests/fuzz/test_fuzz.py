"""A slice of the fuzzing, and the proof that the harness would notice. The whole: `python -m tests.fuzz.mutate`."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tests.fuzz.damage import KINDS, damaged
from tests.fuzz.mutate import Bounded, damaged_files, run
from tests.fuzz.seeds import Seed, seeds
from tests.pipeline.encoders import file_of
from tests.pipeline.files import encoded

ANSWERS = """
import sys, time
requests = sys.stdin.buffer
while header := requests.read(4):
    data = requests.read(int.from_bytes(header, "little"))
    if data == b"dies": sys.exit(7)
    if data == b"hangs": time.sleep(60)
    print("escaped KeyError 10" if data == b"escapes" else "image 10", flush=True)
"""


@pytest.fixture(scope="module")
def corpus() -> list[Seed]:
    return seeds()[0]


def test_damaged_files_give_an_image_or_a_code(corpus: list[Seed]) -> None:
    few = [file for file in corpus if file.is_ours] + corpus[::7]
    tally = run(few, count=150, seed=7)
    assert tally.bad == []
    assert tally.outcomes["image"] >= 20
    assert tally.outcomes["unreadable_image"] >= 20
    assert tally.peak_mib < 2048


def test_every_whole_phantom_is_an_image(corpus: list[Seed]) -> None:
    ours = [file for file in corpus if file.is_ours]
    assert len(ours) >= 12
    assert run(ours, count=0, seed=0).outcomes == {"image": len(ours)}


def test_the_harness_notices_death_hanging_and_exceptions() -> None:
    reader = Bounded((sys.executable, "-c", ANSWERS), seconds=3)
    files = [Seed(name, name.encode()) for name in ("fine", "dies", "escapes", "hangs", "fine again")]
    tally = run(files, 0, 0, reader=reader)
    assert tally.outcomes == {"image": 2, "died (7)": 1, "escaped KeyError": 1, "hung": 1}
    assert [line.split(": ")[1] for line in tally.bad] == ["dies", "escapes", "hangs"]


def outcome_within(mib: int) -> str:
    """Of reading 49 megapixels when the process may address no more than `mib`."""
    wide = np.zeros((7000, 7000), np.uint8)
    wide[100:3000, :2000] = 200
    reader = Bounded((sys.executable, "-m", "tests.fuzz.child", str(mib << 20)))
    try:
        return reader.outcome(encoded(".png", wide))
    finally:
        reader.close()


def test_with_memory_enough_a_large_picture_is_an_image() -> None:
    assert outcome_within(4096) == "image"


def test_memory_beyond_the_bound_is_a_code_wherever_it_is_met() -> None:
    met = [outcome_within(mib) for mib in (700, 750, 800, 850, 900)]  # it runs out while decoding, scaling or keeping
    assert "image_too_large" in met
    assert set(met) <= {"image", "image_too_large"}


def test_the_same_seed_gives_the_same_files_and_every_damage_changes_some() -> None:
    corpus = [Seed("a", file_of(12)), Seed("b", file_of(8))]
    first, again, other = ([file.data for file in damaged_files(corpus, 5, seed)] for seed in (1, 1, 2))
    assert first == again
    assert first != other
    for kind in set(KINDS):
        made = [kind(corpus[0].data, corpus[1].data, np.random.default_rng(n)) for n in range(4)]
        assert any(data not in (None, corpus[0].data) for data in made)
    assert damaged(b"short", b"x", np.random.default_rng(0)) is not None
