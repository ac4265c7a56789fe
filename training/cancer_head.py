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

from models.detector import PRESETS
from models.export import export_function
from models.gradcam import CAM
from models.lesion_features import lesion_cam, lesion_features, pooled, stages_and_logits
from pipeline.classify import squashed
from training.cache import PreparedExample
from training.detector import Schedule, Trainer
from training.run import IMAGENET, Run

Floats = NDArray[np.float64]
HELD_BACK = (1e-4, 1e-3, 1e-2)  # inverse strengths of the ridge that are tried
FLAT = 1e-3  # features that vary less over the training views are left out


@dataclass(frozen=True, eq=False)
class LinearHead:
    weights: Floats  # (F,)
    offset: float


def trained_detector(run: Run) -> Any:
    """The averaged network of this run's detector. Raises FileNotFoundError where it has not been trained."""
    folder = run.out / f"{run.preset}-detector"
    if tf.train.latest_checkpoint(str(folder / "checkpoints")) is None:
        raise FileNotFoundError(f"expected a trained detector in {folder}: run `mammoscope train detector` first")
    imagenet = (
        run.data / IMAGENET
    )  # as the detector was started: it decides which weights are frozen, and so their order
    trainer = Trainer(PRESETS[run.preset], Schedule(), folder, imagenet if imagenet.is_file() else None)
    trainer.average_into_model()
    return trainer.model


def features_of(detector: Any, views: Sequence[PreparedExample], height: int, width: int) -> Floats:
    """(views, F), each view squashed to the detector's input, `height` x `width`."""
    compute = tf.function(lambda images: lesion_features(detector, images))
    rows = [compute(tf.constant(squashed(v.pixels, height, width)[None, :, :, None]))[0].numpy() for v in views]
    return np.array(rows, np.float64)


def fitted(features: Floats, truth: Sequence[bool], patients: Sequence[str]) -> LinearHead:
    """Logistic regression; its ridge is chosen by cross-validation over the training patients alone."""
    varied = features.std(axis=0) > FLAT
    chosen = max(HELD_BACK, key=lambda strength: _cross_validated(features[:, varied], truth, patients, strength))
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
