"""`mammoscope convert`: somebody's own network, ready for an analysis. tests/flow walks docs/models.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from app.cli import main
from models.weights import read_card
from pipeline.errors import ModelUnavailable
from pipeline.model_choice import Chosen
from pipeline.models import LiteRtCancer, opened_network
from training import convert

keras = pytest.importorskip("keras")


def own_network(path: Path, activation: str = "sigmoid", channels: int = 3) -> Any:
    """A Keras 3 file for pictures of 64 x 48: the whole view's mean brightness, through one layer."""
    keras.utils.set_random_seed(1)
    picture = keras.Input((64, 48, channels), name="view")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, strides=4)(picture))
    model = keras.Model(picture, keras.layers.Dense(1, activation=activation, name="cancer")(x))
    model.save(path)
    return model


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_converted_keras_file_answers_as_before_and_its_line_is_printed(tmp_path: Path) -> None:
    model = own_network(tmp_path / "my-network.keras")
    made = run(
        "convert", tmp_path / "my-network.keras", "--task", "cancer", "--out", tmp_path / "mine", "--range", -1, 1
    )
    assert made.exit_code == 0, made.output
    line = made.output.splitlines()[-1]
    assert line == f'cancer = "{(tmp_path / "mine" / "my-network.toml").as_posix()}"'
    card = read_card(tmp_path / "mine" / "my-network.toml")
    random = np.random.default_rng(0).random((1, 64, 48, 1), dtype=np.float32)
    network = LiteRtCancer(opened_network(Chosen(card, tmp_path / "mine" / card.file)), card)
    expected = float(model(np.repeat(random * 2 - 1, 3, axis=-1))[0, 0])  # the range that was declared
    assert network(random[0, :, :, 0]).probability == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("activation", "output"), [("sigmoid", "probabilities"), ("linear", "logits")])
def test_what_a_keras_network_answers_is_told_by_its_last_activation(
    tmp_path: Path, activation: str, output: str
) -> None:
    own_network(tmp_path / "n.keras", activation, channels=1)
    assert convert.main([str(tmp_path / "n.keras"), "--task", "cancer", "--out", str(tmp_path / "o")]) == 0
    said = read_card(tmp_path / "o" / "n.toml").input
    assert (said["output"], said["channels"], said["height"], said["width"]) == (output, 1, 64, 48)


def test_a_file_for_another_task_is_refused_before_an_analysis_meets_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_network(tmp_path / "n.keras")
    assert convert.main([str(tmp_path / "n.keras"), "--task", "masking", "--out", str(tmp_path / "o")]) == 1
    assert "output 'cancer' is 1 x 1, and a masking's is 1 x 3" in capsys.readouterr().err
    assert not (tmp_path / "o" / "n.toml").exists()


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("n.keras", b"text", "does not load as a Keras 3 file"),
        ("n.tflite", b"text", "not a LiteRT model"),
        ("n.h5", b"text", "neither a .tflite nor an .onnx file"),
        ("absent.keras", None, "does not exist"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(
    tmp_path: Path, name: str, content: bytes | None, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert convert.main([str(tmp_path / name), "--task", "cancer", "--out", str(tmp_path / "o")]) == 1
    assert complaint in capsys.readouterr().err


def test_a_detector_with_raw_heads_needs_a_card_written_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_network(tmp_path / "n.keras")
    assert convert.main([str(tmp_path / "n.keras"), "--task", "detector", "--out", str(tmp_path / "o")]) == 1
    assert "needs its anchors" in capsys.readouterr().err


def test_a_network_for_patches_needs_their_spacing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_network(tmp_path / "n.keras")
    words = [str(tmp_path / "n.keras"), "--task", "microcalcification", "--out", str(tmp_path / "o")]
    assert convert.main(words) == 1
    assert "--spacing" in capsys.readouterr().err
    assert convert.main([*words, "--spacing", "0.1"]) == 0
    assert read_card(tmp_path / "o" / "n.toml").input["spacing_mm"] == 0.1


def test_a_keras_file_is_not_served_as_it_is(tmp_path: Path) -> None:
    own_network(tmp_path / "n.keras")
    convert.main([str(tmp_path / "n.keras"), "--task", "cancer", "--out", str(tmp_path / "o")])
    card = read_card(tmp_path / "o" / "n.toml")
    (tmp_path / "o" / card.file).rename(tmp_path / "o" / "n.keras")
    with pytest.raises(ModelUnavailable, match="mammoscope convert"):
        opened_network(Chosen(card, tmp_path / "o" / "n.keras"))
