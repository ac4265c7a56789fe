"""The compact cancer network: the trained detector's features of a whole view under a linear head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.export import export_function
from models.gradcam import CAM
from models.lesion_features import lesion_cam, lesion_features, pooled, stages_and_logits
from pipeline.classify import squashed
from training.cache import PreparedExample
from training.recipes import find
from training.recipes.read import RecipeError, read_recipe
from training.recipes.values import TrainingRecipe
from training.run import Run
from training.tasks.detector import DetectorRecipe, trainer_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LinearHead:
    weights: Floats  # (F,)
    offset: float


def trained_detector(run: Run[TrainingRecipe], name: str) -> tuple[Any, DetectorRecipe]:
    """The network that the detector `name` of this --out ships, and its recipe. Raises RecipeError without one."""
    folder = run.out / name
    if tf.train.latest_checkpoint(str(folder / "checkpoints")) is None:
        raise RecipeError(f"expected a trained detector in {folder}: run `mammoscope train detector` first, same --out")
    kept = folder / "recipe.toml"  # runs from before recipes were kept are of the shipped one
    recipe = read_recipe(kept if kept.is_file() else find(f"detector-{run.recipe.preset}"), DetectorRecipe)
    return trainer_of(Run(recipe, run.data, run.out)).average_into_model(), recipe


def features_of(detector: Any, views: Sequence[PreparedExample], height: int, width: int) -> Floats:
    """(views, F), each view squashed to the detector's input, `height` x `width`."""
    compute = tf.function(lambda images: lesion_features(detector, images))
    rows = [compute(tf.constant(squashed(v.pixels, height, width)[None, :, :, None]))[0].numpy() for v in views]
    return np.array(rows, np.float64)


def fitted(
    features: Floats, truth: Sequence[bool], patients: Sequence[str], ridges: Sequence[float], flat: float
) -> LinearHead:
    """Logistic regression; of the inverse strengths `ridges` cross-validation over the training patients chooses one.

    Features with a deviation of `flat` or less are left out.
    """
    varied = features.std(axis=0) > flat
    chosen = max(ridges, key=lambda strength: _cross_validated(features[:, varied], truth, patients, strength))
    scaler, regression = _regression(chosen).fit(features[:, varied], truth).named_steps.values()
    weights = np.zeros(features.shape[1])
    weights[varied] = regression.coef_[0] / scaler.scale_
    return LinearHead(
        weights, float(regression.intercept_[0] - (regression.coef_[0] * scaler.mean_ / scaler.scale_).sum())
    )


def _cross_validated(features: Floats, truth: Sequence[bool], patients: Sequence[str], strength: float) -> float:
    folds = GroupKFold(4)
    method = "decision_function"
    scores = cross_val_predict(_regression(strength), features, truth, groups=patients, cv=folds, method=method)
    value = float(roc_auc_score(truth, scores))
    print(f"ridge {strength:g}: AUC {value:.3f} over four folds of training patients")
    return value


def _regression(strength: float) -> Any:
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=strength, max_iter=1000, class_weight="balanced", random_state=0)
    )


def export(detector: Any, head: LinearHead, height: int, width: int, path: Path) -> None:
    """One file at `path`: image -> features -> logit, and the head's Grad-CAM."""
    weights = tf.constant(head.weights[:, None], tf.float32)

    def judged(image: Any) -> dict[str, Any]:
        stages, logits = stages_and_logits(detector, image)
        return {"logit": pooled(stages, logits) @ weights + head.offset, CAM: lesion_cam(stages, weights)}

    export_function(judged, {"image": (height, width, 1)}, path)
