"""A network as its card declares it: every stage gives it grey pictures in 0..1 and hears logits, whatever the file
itself takes and gives. A file that differs from its card is refused, and what differs is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from models.weights import Card
from pipeline.errors import ModelUnavailable, NoHeatmap

Floats = NDArray[np.float32]
Shape = tuple[int, ...]  # the batch, 1, included; 0 where the file leaves a length open

DEFAULT_NAMES = {"segmenter": ("crop",), "pathology": ("image", "shape", "margin")}  # of inputs
LEAST = 1e-7  # probabilities are held this far from 0 and 1 before they become logits


class Answering(Protocol):
    """What a stage's wrapper asks: grey pictures (1, H, W, 1) in 0..1 in, logits out. DeclaredNetwork is one."""

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]: ...


class Network(Protocol):
    """A weight file that runs, in its own terms: pipeline.inference.LiteRtModel, pipeline.onnx_model.OnnxModel."""

    @property
    def input_shapes(self) -> Mapping[str, Shape]: ...

    @property
    def output_shapes(self) -> Mapping[str, Shape]: ...

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        """In the order of input_shapes -> in the order of output_shapes."""


@runtime_checkable
class Explained(Protocol):
    """A weight file that says where its answer comes from."""

    def cam(self, *inputs: Floats) -> Floats: ...


@runtime_checkable
class Stepwise(Protocol):
    """A weight file with functions beside its own, as pipeline.inference.LiteRtModel has them."""

    def has(self, step: str) -> bool: ...

    def step(self, name: str, *inputs: Floats) -> tuple[Floats, ...]: ...


@dataclass(frozen=True)
class Declaration:
    """[input] of a card, with what stands for the keys that it leaves out. docs/models.md lists them."""

    task: str
    names: tuple[str, ...]  # of the inputs, in the order in which the stage gives them
    height: int
    width: int
    channels: int = 1  # 3: the grey picture three times
    low: float = 0.0  # what the network takes for black
    high: float = 1.0  # and for the brightest white
    layout: str = "NHWC"
    output: str = "logits"
    outputs: tuple[str, ...] = ()  # names, in the order that the stage expects; (): all, by alphabet
    boxes: str = (
        ""  # of a detector that decodes them itself: yxyx or xyxy; "": raw heads, decoded by the card's anchors
    )
    box_unit: str = "pixels"

    def __post_init__(self) -> None:
        _one_of("layout", self.layout, ("NHWC", "NCHW"))
        _one_of("output", self.output, ("logits", "probabilities"))
        _one_of("boxes", self.boxes, ("", "yxyx", "xyxy"))
        _one_of("box_unit", self.box_unit, ("pixels", "fractions"))
        _one_of("channels", self.channels, (1, 3))
        if not self.low < self.high or min(self.height, self.width) < 1:
            raise ValueError("range must rise, and height and width be at least 1")

    @classmethod
    def of(cls, card: Card) -> Declaration:
        """Raises ModelUnavailable for a card whose [input] says too little or what makes no sense."""
        try:
            said = dict(card.input)
            low, high = map(float, said.get("range", (0.0, 1.0)))
            kept = {key: said[key] for key in ("channels", "layout", "output", "boxes", "box_unit") if key in said}
            return cls(
                card.task,
                tuple(said.get("names", DEFAULT_NAMES.get(card.task, ("image",)))),
                int(said.get("height", said.get("side", 0))),
                int(said.get("width", said.get("side", 0))),
                low=low,
                high=high,
                outputs=tuple(said.get("outputs", ())),
                **kept,
            )
        except (TypeError, ValueError) as error:
            raise ModelUnavailable(f"The card {card.name!r} has no usable [input]: {error}.") from error

    @property
    def input_shape(self) -> Shape:
        picture = (self.height, self.width)
        return (1, *picture, self.channels) if self.layout == "NHWC" else (1, self.channels, *picture)

    def output_shapes(self, anchors: int = 0) -> tuple[tuple[Shape, ...], ...]:
        """For each output the shapes that are good; () for a task of which nothing is known."""
        mask = (self.height, self.width, 1) if self.layout == "NHWC" else (1, self.height, self.width)
        return {
            "detector": (((1, anchors, 4),), ((1, anchors),)),
            "segmenter": (((1, *mask),),),
            "pathology": (((1, 1), (1, 2)),),
            "hybrid": (((1, 1), (1, 2)),),
            "cancer": (((1, 1), (1, 2)),),
            "masking": (((1, 3),),),
            "guard": (((1, 6),),),
        }.get(self.task, ())


class DeclaredNetwork:
    """Takes (1, H, W, 1) in 0..1 for every input, gives logits; boxes and box codes as the file gives them.

    Two logits, no and yes, become one. Raises ModelUnavailable where file and card differ.
    """

    def __init__(self, network: Network, card: Card, anchors: int = 0) -> None:
        self.declared, self._network = Declaration.of(card), network
        found = tuple(network.output_shapes)
        self._outputs = self.declared.outputs or found
        if problems := list(_differences(network, self.declared, self._outputs, anchors)):
            raise ModelUnavailable(f"{card.file} is not what the card {card.name!r} declares: {'; '.join(problems)}.")
        self._places = [found.index(name) for name in self._outputs]

    @property
    def network(self) -> Network:
        """The file itself, in its own terms."""
        return self._network

    @property
    def input_shapes(self) -> dict[str, Shape]:
        """Of what a stage gives, by name and in order."""
        return dict.fromkeys(self._network.input_shapes, (1, self.declared.height, self.declared.width, 1))

    def given(self, *inputs: Floats) -> tuple[Floats, ...]:
        """The stage's inputs as the file takes them."""
        return tuple(_as_declared(picture, self.declared) for picture in inputs)

    def cam(self, *inputs: Floats) -> Floats:
        """LiteRtModel.cam() of the stage's inputs. Raises NoHeatmap where the file has none."""
        if not isinstance(self._network, Explained):
            raise NoHeatmap("This network's file gives no Grad-CAM; try method=occlusion.")
        return self._network.cam(*self.given(*inputs))

    def has(self, step: str) -> bool:
        """Whether the file has a function of that name beside its own."""
        return isinstance(self._network, Stepwise) and self._network.has(step)

    def step(self, name: str, *inputs: Floats) -> tuple[Floats, ...]:
        """What that function answers, as it answers."""
        assert isinstance(self._network, Stepwise), "ask has() first"
        return self._network.step(name, *self.given(*inputs))

    def __call__(self, *inputs: Floats) -> tuple[Floats, ...]:
        answers = self._network(*self.given(*inputs))
        chosen = [answers[place] for place in self._places]
        whole = 1 if self.declared.task == "detector" else 0  # codes or boxes stand before a detector's scores
        return (*chosen[:whole], *(_logits(answer, self.declared) for answer in chosen[whole:]))


def _one_of(key: str, value: object, known: Sequence[object]) -> None:
    if value not in known:
        raise ValueError(f"{key} is {value!r}, not one of {', '.join(map(repr, known))}")


def _differences(network: Network, declared: Declaration, outputs: Sequence[str], anchors: int) -> Iterator[str]:
    for name, shape in network.input_shapes.items():
        if not _fits(shape, declared.input_shape):
            yield f"its input {name!r} is {_words(shape)}, declared is {_words(declared.input_shape)} {declared.layout}"
    if unknown := set(outputs) - set(network.output_shapes):
        yield f"it has the outputs {sorted(network.output_shapes)}, declared are {sorted(unknown)}"
        return
    expected = declared.output_shapes(anchors)
    if expected and len(outputs) != len(expected):
        yield f"it has the outputs {list(outputs)}, and a {declared.task} has {len(expected)}: name them in `outputs`"
        return
    for name, good in zip(outputs, expected, strict=False):
        if not any(_fits(network.output_shapes[name], shape) for shape in good):
            found = _words(network.output_shapes[name])
            yield f"its output {name!r} is {found}, and a {declared.task}'s is {' or '.join(map(_words, good))}"


def _fits(found: Shape, expected: Shape) -> bool:
    """0 on either side fits every length."""
    return len(found) == len(expected) and all(a == b or 0 in (a, b) for a, b in zip(found, expected, strict=True))


def _words(shape: Shape) -> str:
    return " x ".join(str(length) if length else "?" for length in shape) or "a single number"


def _as_declared(picture: Floats, declared: Declaration) -> Floats:
    scaled: Any = picture
    if (declared.low, declared.high) != (0.0, 1.0):
        scaled = picture * np.float32(declared.high - declared.low) + np.float32(declared.low)
    if declared.channels > 1:
        scaled = np.repeat(scaled, declared.channels, axis=-1)
    return np.asarray(scaled.transpose(0, 3, 1, 2) if declared.layout == "NCHW" else scaled, np.float32)


def _logits(answer: Floats, declared: Declaration) -> Floats:
    if declared.output == "probabilities":
        kept = np.clip(answer, LEAST, 1 - LEAST)
        several = answer.ndim == 2 and answer.shape[1] > 1 and declared.task != "detector"  # a softmax
        answer = np.asarray(np.log(kept) if several else np.log(kept / (1 - kept)), np.float32)
    if answer.ndim == 4 and declared.layout == "NCHW":
        answer = answer.transpose(0, 2, 3, 1)
    if answer.shape == (1, 2) and declared.task in ("pathology", "hybrid", "cancer"):
        answer = answer[:, 1:] - answer[:, :1]
    return answer
