"""What a card declares of a file's input and output is done, and a file that differs is refused with what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.weights import Card
from pipeline.declared import DeclaredNetwork, Shape
from pipeline.errors import ModelUnavailable, NoHeatmap
from pipeline.models import DecodedDetector, anchor_count

Floats = NDArray[np.float32]


class File:
    """A file with these inputs and outputs; keeps what it was given and answers what it was told to."""

    def __init__(self, inputs: Mapping[str, Shape], answers: Mapping[str, Any]) -> None:
        self.input_shapes = dict(inputs)
        self.answers = {name: np.asarray(answer, np.float32) for name, answer in sorted(answers.items())}
        self.output_shapes = {name: answer.shape for name, answer in self.answers.items()}
        self.given: tuple[Floats, ...] = ()

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        self.given = inputs
        return tuple(self.answers.values())


def card(task: str, **said: Any) -> Card:
    return Card(f"my-{task}", task, "compact", "", "1", "my.onnx", "0" * 64, "CC0", input=said)


def cancer(answer: Any, shape: Shape = (1, 4, 2, 1), **said: Any) -> tuple[DeclaredNetwork, File]:
    file = File({"image": shape}, {"out": answer})
    return DeclaredNetwork(file, card("cancer", **{"height": 4, "width": 2, **said})), file


def test_grey_in_0_to_1_and_logits_need_no_declaration() -> None:
    network, file = cancer([[0.5]])
    picture = np.linspace(0, 1, 8, dtype=np.float32).reshape(1, 4, 2, 1)
    assert network(picture)[0] == pytest.approx(np.array([[0.5]]))
    assert np.array_equal(file.given[0], picture)


def test_three_channels_of_another_range_with_the_channels_first() -> None:
    network, file = cancer([[0.5]], (1, 3, 4, 2), channels=3, range=[-1, 1], layout="NCHW")
    picture = np.zeros((1, 4, 2, 1), np.float32)
    picture[0, 3, 1, 0] = 1
    network(picture)
    assert file.given[0].shape == (1, 3, 4, 2)
    assert file.given[0][0, :, 3, 1] == pytest.approx([1, 1, 1])
    assert file.given[0].sum() == pytest.approx(3 - 3 * 7)


@pytest.mark.parametrize(
    ("answer", "output", "logit"),
    [
        ([[0.75]], "probabilities", np.log(3)),
        ([[0.25, 0.75]], "probabilities", np.log(3)),  # no and yes of a softmax
        ([[0.0]], "probabilities", -16.1),  # held away from 0, so that no logit is infinite
        ([[1.0, 3.5]], "logits", 2.5),
    ],
)
def test_every_way_to_say_yes_becomes_one_logit(answer: Any, output: str, logit: float) -> None:
    network, _ = cancer(answer, output=output)
    (said,) = network(np.zeros((1, 4, 2, 1), np.float32))
    assert said == pytest.approx(np.array([[logit]]), abs=0.1)


def test_probabilities_of_three_levels_become_logits_that_give_them_back() -> None:
    file = File({"image": (1, 4, 2, 1)}, {"levels": [[0.2, 0.5, 0.3]]})
    network = DeclaredNetwork(file, card("masking", height=4, width=2, output="probabilities"))
    (logits,) = network(np.zeros((1, 4, 2, 1), np.float32))
    assert np.exp(logits) / np.exp(logits).sum() == pytest.approx(np.array([[0.2, 0.5, 0.3]]), abs=1e-6)


def test_a_mask_with_the_channel_first_is_turned_round() -> None:
    mask = np.full((1, 1, 4, 4), 0.5)
    mask[0, 0, 3, 1] = 0.9
    network = DeclaredNetwork(
        File({"crop": (1, 1, 4, 4)}, {"mask": mask}), card("segmenter", side=4, layout="NCHW", output="probabilities")
    )
    (logits,) = network(np.zeros((1, 4, 4, 1), np.float32))
    assert logits.shape == (1, 4, 4, 1)
    assert logits[0, 3, 1, 0] == pytest.approx(np.log(9), abs=1e-4)
    assert network.input_shapes == {"crop": (1, 4, 4, 1)}


def detector(**said: Any) -> DecodedDetector:
    answers = {"score": [[0.9, 0.02, 0.6]], "box": [[[8, 2, 16, 12], [0, 0, 4, 4], [4, 20, 10, 30]]]}
    description = card("detector", height=32, width=16, output="probabilities", outputs=["box", "score"], **said)
    file = File({"image": (1, 32, 16, 1)}, answers)
    return DecodedDetector(DeclaredNetwork(file, description, anchor_count(description)), description)


def test_a_detector_may_decode_its_boxes_itself() -> None:
    boxes, confidences = detector(boxes="yxyx")(np.zeros((32, 16), np.float32))
    assert confidences == pytest.approx([0.9, 0.6])  # the faint one is below the floor
    assert boxes == pytest.approx(np.array([[8, 2, 16, 12], [4, 20, 10, 30]]))


def test_boxes_may_begin_with_x_and_count_in_fractions() -> None:
    boxes, _ = detector(boxes="xyxy", box_unit="fractions")(np.zeros((32, 16), np.float32))
    assert boxes[0] == pytest.approx([2 * 32, 8 * 16, 12 * 32, 16 * 16])


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"channels": 3}, r"input 'image' is 1 x 4 x 2 x 1, declared is 1 x 4 x 2 x 3 NHWC"),
        ({"height": 5}, r"declared is 1 x 5 x 2 x 1"),
        ({"outputs": ["probability"]}, r"outputs \['out'\], declared are \['probability'\]"),
        ({"layout": "CHW"}, r"layout is 'CHW', not one of 'NHWC', 'NCHW'"),
        ({"output": "logit"}, r"output is 'logit'"),
        ({"range": [1, 0]}, r"range must rise"),
        ({"range": [0]}, r"no usable \[input\]"),
        ({"height": 0}, r"height and width"),
    ],
)
def test_a_file_that_is_not_what_its_card_declares_is_refused_with_what_differs(
    said: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ModelUnavailable, match=complaint) as raised:
        cancer([[0.5]], **said)
    assert "my-cancer" in str(raised.value)


def test_another_task_s_output_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match=r"output 'out' is 1 x 3, and a cancer's is 1 x 1 or 1 x 2"):
        cancer([[0.5, 0.1, 0.4]])


def test_an_output_too_many_has_to_be_chosen_by_name() -> None:
    file = File({"image": (1, 4, 2, 1)}, {"features": np.zeros((1, 7)), "out": [[2.0]]})
    with pytest.raises(ModelUnavailable, match="name them in `outputs`"):
        DeclaredNetwork(file, card("cancer", height=4, width=2))
    chosen = DeclaredNetwork(file, card("cancer", height=4, width=2, outputs=["out"]))
    assert chosen(np.zeros((1, 4, 2, 1), np.float32))[0] == pytest.approx(np.array([[2.0]]))


def test_every_answer_of_several_becomes_logits_but_a_detector_s_boxes() -> None:
    file = File({"patches": (1, 4, 4, 1)}, {"calcified": [[0.75]], "spots": np.full((1, 2, 2, 1), 0.25)})
    said = card("microcalcification", side=4, names=["patches"], output="probabilities")
    calcified, spots = DeclaredNetwork(file, said)(np.zeros((1, 4, 4, 1), np.float32))
    assert calcified == pytest.approx(np.array([[np.log(3)]]), abs=1e-5)
    assert spots == pytest.approx(np.full((1, 2, 2, 1), -np.log(3)), abs=1e-5)


def test_a_length_that_the_file_leaves_open_fits_every_declaration() -> None:
    cancer([[0.5]], (1, 0, 0, 1))


def test_without_a_map_in_the_file_there_is_no_grad_cam() -> None:
    with pytest.raises(NoHeatmap, match="occlusion"):
        cancer([[0.5]])[0].cam(np.zeros((1, 4, 2, 1), np.float32))
