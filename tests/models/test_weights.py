"""Cards come back as they were written, and an altered weight file is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from models.weights import Card, Metric, WeightsError, by_task, cards, digest, read_card, verify, write_card

CARD = Card(
    name="segmenter",
    task="segmenter",
    preset="compact",
    architecture='U-Net with a "ViT" branch',
    version="0.1.0",
    file="segmenter.tflite",
    sha256="0" * 64,
    data_licence="Research only.",
    recipe={"clahe_clip": 2.5, "clahe_tiles": 7, "steps": ["flip", "crop"]},
    input={"names": ["crop"], "height": 256, "width": 256},
    training={"data": "drawn", "seed": 3, "command": 'mammoscope train "a"\n', "minutes": 1.5},
    metrics={"iou": Metric(0.8, 0.75, 0.85, 12), "dice at 0.5": Metric(1e-7, 0.0, 1.0, 3)},
    calibration={"kind": "platt", "slope": 1.25, "offset": -0.5},
    together={"image": 0.5, "least_rows": 528},
    operating_points=({"name": "screening", "threshold": 0.2}, {"name": "specific", "threshold": 0.7}),
    limits=("Small masses are drawn too large.", "Für Film nicht geprüft."),
)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder with one weight file and no card."""
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights" / CARD.file).write_bytes(bytes(range(256)) * 10)
    return tmp_path


def test_a_card_away_from_every_default_comes_back_the_same(tmp_path: Path) -> None:
    for known in fields(Card):
        assert getattr(CARD, known.name)  # nothing empty: nothing could hide behind a default
    write_card(CARD, tmp_path / "new" / "segmenter.toml")
    assert read_card(tmp_path / "new" / "segmenter.toml") == CARD


def test_a_card_with_defaults_comes_back_the_same(tmp_path: Path) -> None:
    plain = Card("a", "masking", "paper", "CNN", "1", "a.tflite", "f" * 64, "CC0")
    write_card(plain, tmp_path / "a.toml")
    assert read_card(tmp_path / "a.toml") == plain


def test_the_file_that_the_card_describes_is_accepted(weights: Path) -> None:
    card = replace(CARD, sha256=digest(weights / "weights" / CARD.file))
    assert verify(card, weights) == weights / "weights" / CARD.file


def test_one_changed_byte_is_refused(weights: Path) -> None:
    card = replace(CARD, sha256=digest(weights / "weights" / CARD.file))
    content = bytearray((weights / "weights" / CARD.file).read_bytes())
    content[1000] ^= 1
    (weights / "weights" / CARD.file).write_bytes(content)
    with pytest.raises(WeightsError, match="not the one its card describes"):
        verify(card, weights)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="missing"):
        verify(CARD, tmp_path)


def test_the_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")  # FIPS 180-2, appendix B.1
    assert digest(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_card_cannot_point_outside_the_weights_folder() -> None:
    with pytest.raises(WeightsError, match="outside"):
        replace(CARD, file="../secret")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("task =", "tusk ="), r"lacks \['task'\] and has unknown \['tusk'\]"),
        (("low =", "lower ="), "not laid out as a card"),
        (("name =", "name"), "does not read"),
    ],
)
def test_a_card_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "segmenter.toml"
    write_card(CARD, path)
    path.write_text(path.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(WeightsError, match=message):
        read_card(path)


def test_a_missing_card_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not read"):
        read_card(tmp_path / "nothing.toml")


def test_cards_are_listed_by_file_name(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_card(replace(CARD, name=name), tmp_path / "cards" / f"{name}.toml")
    assert [card.name for card in cards(tmp_path)] == ["a", "b"]


@pytest.mark.parametrize("other", ["a-segmenter", "paper-segmenter", "zoom-segmenter"])
def test_of_two_cards_of_a_task_the_one_with_the_plain_name_is_meant(other: str) -> None:
    plain, named = replace(CARD, name="compact-segmenter"), replace(CARD, name=other)
    assert by_task([plain, named]) == by_task([named, plain]) == {"segmenter": plain}
    assert by_task([named]) == {"segmenter": named}


def test_every_card_that_ships_describes_its_file() -> None:
    for card in cards():
        assert verify(card).name == card.file
