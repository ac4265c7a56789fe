"""Which settings are tried, in which order: the published sweep's order wherever a recipe has such settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from training.recipes.read import RecipeError
from training.sweep.settings import has, values_from
from training.sweep.values import Entries, Step

RATES = (1e-2, 1e-3, 1e-4, 1e-5)
OPTIMIZERS = ("adam", "adamw", "rmsprop", "sgd")
BATCHES = (8, 16, 32, 64)
EPOCHS = (3, 5, 10, 20)
LAYERS = ([8], [16], [32], [16, 32], [16, 32, 64])  # channels of the convolutions, each with max-pooling behind it
TITLES = {
    "learning_rate": "learning rate",
    "optimizer": "optimiser",
    "widths": "layers",
    "class_weights": "class weights",
}
# The figure that chooses, by task: the first that a trial has.
OBJECTIVES = {
    "masking": ("macro_f1",),
    "cancer": ("auc_within_machine", "auc"),
    "pathology": ("auc_all",),
    "hybrid": ("auc_all", "auc"),
    "segmenter": ("iou_roi",),
    "detector": ("ap50", "sensitivity_at_2_false_marks_iou02", "sensitivity_at_1_false_mark_iou02"),
}


def title_of(setting: str) -> str:
    last = setting.rpartition(".")[2]
    return TITLES.get(last, last.replace("_", " "))


def default_plan(entries: Entries) -> tuple[Step, ...]:
    """Learning rate, optimiser, batch, epochs, layers in turn. Raises RecipeError where the recipe has none of them."""
    table = "view." if has(entries, "view") else ""
    wanted: list[tuple[str, Sequence[Any]]] = [
        (f"{table}schedule.learning_rate", RATES),
        (f"{table}schedule.optimizer", OPTIMIZERS),
        (f"{table}batch", BATCHES),
        (f"{table}schedule.epochs", EPOCHS),
    ]
    if not has(entries, f"{table}schedule"):
        raise RecipeError(
            "this recipe has no [schedule] or [view.schedule] to tune: its settings are found by its own "
            "cross-validation; name steps with --step"
        )
    if entries["task"] == "masking" and entries["preset"] == "paper":
        wanted.append(("widths", LAYERS))
    if entries["task"] == "cancer":
        wanted.append(("view.class_weights", (False, True)))
    # the optimiser may be a default that the recipe leaves unsaid; anything else has to be there
    kept = [pair for pair in wanted if pair[0].endswith(("optimizer", "widths")) or has(entries, pair[0])]
    return tuple(Step(title_of(setting), setting, tuple(values)) for setting, values in kept)


def step_from(words: str) -> Step:
    """`view.batch=16,32`. Raises RecipeError for anything else."""
    setting, sign, values = words.partition("=")
    if not sign or not setting.strip() or not values.strip():
        raise RecipeError(f"--step {words}: expected SETTING=VALUE,VALUE,… as view.batch=16,32")
    return Step(title_of(setting.strip()), setting.strip(), values_from(values))
