"""Name -> builder, imported when asked for: the detector needs Model Garden, the others only Keras."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any, get_args

from models.layers import Preset

TASKS = ("detector", "segmenter", "pathology", "hybrid", "masking", "cancer", "microcalcification", "guard")


def build(task: str, preset: Preset = "compact", **options: Any) -> Any:
    """The network for `task` with random weights: a keras.Model, for the detector a tf-keras one.

    `options` go to its builder (for the detector they replace fields of DetectorConfig). ValueError for a task or a
    preset that does not exist.
    """
    if task not in TASKS or preset not in get_args(Preset):
        raise ValueError(f"no {preset!r} preset of {task!r}; tasks are {', '.join(TASKS)}")
    return _build_detector(preset, **options) if task == "detector" else _builder(task)(preset, **options)


def _builder(task: str) -> Callable[..., Any]:
    builder: Callable[..., Any] = getattr(import_module(f"models.{task}"), f"build_{task}")
    return builder


def _build_detector(preset: Preset, **options: Any) -> Any:
    from models.detector import PRESETS, build_detector

    return build_detector(replace(PRESETS[preset], **options))
