"""What in a data set could make a figure look better, or a training worse, than it is; each as one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from training.exploration.facts import Facts
from training.exploration.summary import FEWEST, UNKNOWN, Field, Summary, Value, capital, value_of

SCREENING = 0.005  # share of women screened who have cancer, a round figure
TELLING = 0.55  # AUC of one field from which on it is named
SPREAD = 0.15  # between the shares of two values
AFTERWARDS = ("biopsy", "invasive", "BI-RADS", "difficult negative")  # come of the diagnosis, no acquisition trait
ACQUIRED = ("machine", "site", "view", "side", "inverted (guess)", "implant")
OPPOSITE = {"L": "right", "R": "left"}
OTHER = {"L": "R", "R": "L"}


def traps(found: Summary, rows: Sequence[Facts]) -> tuple[str, ...]:
    sentences = [_enriched(found), *_shares(found), *_alone(found), *_pure(found), *_missing(found, rows)]
    return tuple(filter(None, [*sentences, _one_breast(rows), _mirrored(rows), *_sizes(found), *_patients(found)]))


def _enriched(found: Summary) -> str:
    if not found.judged or found.positive / found.judged < 4 * SCREENING:
        return ""
    share = 100 * found.positive / found.judged
    return (
        f"{share:.0f} % of the judged images are positive; of women screened about {100 * SCREENING:g} % have cancer. "
        "Probabilities and predictive values learnt here are far too high there."
    )


def _shares(found: Summary) -> Iterable[str]:
    for field in found.fields:
        values = _common(field)
        if field.name not in (*ACQUIRED, "density", "masking") or len(values) < 2:
            continue
        low, high = min(values, key=_share), max(values, key=_share)
        if _share(high) - _share(low) >= SPREAD:
            yield (
                f"The share of positives runs from {100 * _share(low):.0f} % ({field.name} {low.value}) to "
                f"{100 * _share(high):.0f} % ({field.name} {high.value}): balance batches by {field.name}, and report "
                f"figures within {field.name} as well as over all."
            )


def _alone(found: Summary) -> Iterable[str]:
    for field in found.fields:
        if field.alone is not None and field.alone.value >= TELLING and field.name not in AFTERWARDS:
            yield (
                f"Whoever sees nothing but {field.name} reaches an AUC of {field.alone}, "
                "cross-fitted over patients: a network has to beat that."
            )


def _pure(found: Summary) -> Iterable[str]:
    for field in found.fields:
        for value in _common(field):
            if value.positive == 0 and found.positive and field.name not in AFTERWARDS and value.value != UNKNOWN:
                yield (
                    f"None of the {value.judged} images with {field.name} {value.value} is positive: whatever they "
                    "look like, a network will learn it as a sign of health."
                )


def _missing(found: Summary, rows: Sequence[Facts]) -> Iterable[str]:
    """Fields that are often unknown, and whether only some sites or machines tell them."""
    for field in found.fields:
        if not 0.05 < field.missing / found.images < 0.95:
            continue
        told = f"{capital(field.name)} is unknown for {100 * field.missing / found.images:.0f} % of the images"
        reason = next((words for other in ("site", "machine") if (words := _because(field.name, other, rows))), "")
        yield f"{told}{reason}."


def _because(field: str, other: str, rows: Sequence[Facts]) -> str:
    with_it = {value_of(row, other) for row in rows if value_of(row, field) != UNKNOWN}
    everything = {value_of(row, other) for row in rows}
    if UNKNOWN in everything or not with_it < everything:
        return ""
    return f", and known only for {other} {', '.join(sorted(with_it))}: who is judged by it is of that {other} alone"


def _one_breast(rows: Sequence[Facts]) -> str:
    """Whether it tells cancer that a woman's other breast is not in the set."""
    there = {(row.patient, row.fields.get("side")) for row in rows}
    judged = [row for row in rows if row.positive is not None and row.fields.get("side") in OTHER]
    both = [bool(row.positive) for row in judged if (row.patient, OTHER[row.fields["side"] or ""]) in there]
    one = [bool(row.positive) for row in judged if (row.patient, OTHER[row.fields["side"] or ""]) not in there]
    if min(len(both), len(one)) < FEWEST or abs(np.mean(one) - np.mean(both)) < SPREAD:
        return ""
    shares = [100 * float(np.mean(some)) for some in (one, both)]
    return (
        f"Of {len(one)} images of women whose other breast is not here {shares[0]:.1f} % are positive, "
        f"of the {len(both)} others {shares[1]:.1f} %: "
        "nothing that compares a woman's breasts can be learned or judged here."
    )


def _mirrored(rows: Sequence[Facts]) -> str:
    """Images in which the breast lies where the other one should."""
    placed = [row for row in rows if row.fields.get("breast lies") and row.fields.get("side")]
    wrong = [row for row in placed if row.fields["breast lies"] == OPPOSITE.get(row.fields["side"] or "")]
    if not wrong:
        return ""
    every, mirrored = (Counter(value_of(row, "machine") for row in some) for some in (placed, wrong))
    machines = ", ".join(f"{count} of {every[name]} of machine {name}" for name, count in mirrored.most_common())
    return (
        f"{len(wrong)} images show the breast on the side of the other one, by what the table says of the picture: "
        f"{machines}. Read the side from the picture, not from the laterality."
    )


def _sizes(found: Summary) -> Iterable[str]:
    if len(found.sizes) == 1 and found.images >= FEWEST:
        columns, rows = found.sizes[0][0].split(" x ")
        if columns == rows:
            yield (
                f"All images have {found.sizes[0][0]} pixels although breasts differ: they were squashed or padded, so "
                "lengths, and with them the shape of masses, are not to be trusted."
            )
    if found.unread:
        yield f"{found.unread} files are missing or do not open."


def _patients(found: Summary) -> Iterable[str]:
    if found.patients < 10:
        yield f"{found.patients} patients or groups are too few to split or to give an interval."
    elif found.images == found.patients and found.images > 1:
        yield "Every image counts as a patient of her own: nobody knows which belong together, so copies may cross."


def _common(field: Field) -> list[Value]:
    return [value for value in field.values if value.judged >= FEWEST]


def _share(value: Value) -> float:
    return value.positive / value.judged
