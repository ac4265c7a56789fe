"""Where masses are: readers' contours and circles, phantoms, and masses set into breasts without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import tensorflow as tf

from models.detector import DetectorConfig, raw_heads
from models.export import export_function
from models.weights import Card
from pipeline.detect import detect
from pipeline.models import RetinaNetDetector
from pipeline.preprocess import Prepared
from training.augment import Ranges
from training.cache import PreparedExample
from training.choosing import coco_ap
from training.detector import Trainer, in_float32
from training.detector_data import Pools, patches_of, scene_of
from training.fit import Judge
from training.metrics import Estimate, ScoredImage, froc, sensitivity_at
from training.recipes import find
from training.recipes.read import RecipeError, read_recipe
from training.recipes.values import Schedule, TrainingRecipe
from training.run import Run
from training.verdict import Verdict, opened, write_verdict


@dataclass(frozen=True)
class Share:
    """So many images of every batch."""

    count: int
    masses: bool  # images with a mass, or without
    set: str = ""  # a reader's name or "phantoms"; any real set without one


@dataclass(frozen=True, kw_only=True)
class DetectorRecipe(TrainingRecipe):
    network: DetectorConfig
    schedule: Schedule
    backbone_share: float  # of the learning rate, for the backbone
    bfloat16: bool
    batch: tuple[Share, ...]
    paste_chance: float  # that an image without a mass gets one of another image set into it
    ranges: Ranges

    def with_sets(self, readers: Sequence[str]) -> Self:
        """Places of a batch that were for images of certain real sets are then for images of any."""
        batch: dict[tuple[bool, str], int] = {}
        for share in self.batch:
            kind = (share.masses, share.set if share.set == "phantoms" else "")
            batch[kind] = batch.get(kind, 0) + share.count
        shares = tuple(Share(count, masses, name) for (masses, name), count in batch.items())
        return replace(super().with_sets(readers), batch=shares)

    def __post_init__(self) -> None:
        if self.schedule.steps_per_epoch == 0:
            raise ValueError("expected schedule.steps_per_epoch of 1 or more: the detector draws its batches by shares")


RECIPE = DetectorRecipe


def train(run: Run[DetectorRecipe]) -> None:
    recipe, config = run.recipe, run.recipe.network
    parts = run.parts((e for e in run.examples() if e.masses is not None), recipe.schedule.choose)
    trainer = trainer_of(run)
    judge = _chooses(run.prepared(parts.choosing), config) if recipe.schedule.choose == "best" else None
    trainer.run(pools(run, run.prepared([*parts.training, *run.phantoms()])), judge)
    model = trainer.average_into_model()
    export(in_float32(model, config) if recipe.bfloat16 else model, run)
    count = f"{len(parts.training)} views of {', '.join(recipe.data.readers)} and {recipe.data.phantoms} phantoms"
    said = f"{count}; {len(parts.validation)} views validate"
    verdict = Verdict(input_of(config), said, choose=recipe.schedule.choose)
    write_verdict(run, judged(run, verdict, run.prepared(parts.validation)))


def trainer_of(run: Run[DetectorRecipe]) -> Trainer:
    recipe = run.recipe
    start = run.start_file if recipe.network.backbone == "mobilenet_v2" else None
    return Trainer(
        recipe.network,
        recipe.schedule,
        run.folder,
        start,
        seed=recipe.seed,
        backbone_share=recipe.backbone_share,
        bfloat16=recipe.bfloat16,
    )


def trained_detector(run: Run[TrainingRecipe], name: str) -> tuple[Any, DetectorRecipe]:
    """The network that the detector `name` of this --out ships, and its recipe. Raises RecipeError without one."""
    folder = run.out / name
    if tf.train.latest_checkpoint(str(folder / "checkpoints")) is None:
        raise RecipeError(f"expected a trained detector in {folder}: run `mammoscope train detector` first, same --out")
    kept = folder / "recipe.toml"  # runs from before recipes were kept are of the shipped one
    recipe = read_recipe(kept if kept.is_file() else find(f"detector-{run.recipe.preset}"), DetectorRecipe)
    return trainer_of(Run(recipe, run.data, run.out)).average_into_model(), recipe


def pools(run: Run[DetectorRecipe], prepared: Sequence[PreparedExample]) -> Pools:
    """What the batches are drawn from.

    Where no image is without a mass, as in CBIS-DDSM, those with one take the places. Raises RecipeError where there is
    none with a mass either.
    """
    recipe = run.recipe
    kinds = [(item.example.dataset, bool(item.example.masses)) for item in prepared]
    scenes = [scene_of(item) for item in prepared]
    groups, counts = [], []
    for share in recipe.batch:
        wanted = {share.set} if share.set else set(recipe.data.readers)
        group = tuple(
            s for s, (name, masses) in zip(scenes, kinds, strict=True) if name in wanted and masses == share.masses
        )
        if group:
            groups.append(group)
            counts.append(share.count)
        elif share.masses:
            raise RecipeError(f"batch: no image with a mass to train on in {', '.join(sorted(wanted))}")
    if left := sum(share.count for share in recipe.batch) - sum(counts):
        print(f"no image without a mass for {left} places of a batch: images with one take them")
        counts[0] += left
    real = [scene for scene, (name, masses) in zip(scenes, kinds, strict=True) if masses and name != "phantoms"]
    return Pools(tuple(groups), tuple(counts), patches_of(real), recipe.paste_chance, recipe.ranges)


def _chooses(choosing: Sequence[PreparedExample], config: DetectorConfig) -> Judge:
    """COCO AP of the pipeline's own detect(). Raises RecipeError without a mass."""
    if not any(item.example.masses for item in choosing):
        raise RecipeError('no mass to choose the epoch by; use more patients, or choose = "last"')
    card = Card("", "detector", "paper", "", "", "none", "", "", input=input_of(config))

    def judge(model: Any) -> float:
        heads = tf.function(lambda images: raw_heads(model, images, training=False))

        def served(*images: Any) -> tuple[Any, ...]:
            logits, codes = heads(tf.constant(images[0]))
            return codes.numpy(), logits.numpy()

        return coco_ap([scored(item, RetinaNetDetector(served, card)) for item in choosing])

    return judge


def export(model: Any, run: Run[DetectorRecipe]) -> None:
    def heads(image: Any) -> dict[str, Any]:
        logits, codes = raw_heads(model, image, training=False)
        return {"box_code": codes, "logits": logits}

    config = run.recipe.network
    export_function(heads, {"image": (config.height, config.width, 1)}, run.weight_file)


def input_of(config: DetectorConfig) -> dict[str, Any]:
    anchors = asdict(config.anchors) | {"aspect_ratios": list(config.anchors.aspect_ratios)}
    return {"names": ["image"], "height": config.height, "width": config.width, "anchors": anchors}


def judged(run: Run[DetectorRecipe], verdict: Verdict, validation: Sequence[PreparedExample]) -> Verdict:
    """The recipe's first set gives the operating points; the others' figures bear their names."""
    network = RetinaNetDetector(*opened(run, verdict.input)) if validation else None
    figures: dict[str, Estimate] = {}
    points: tuple[dict[str, float], ...] = ()
    for name in run.recipe.data.readers:
        images = [scored(item, network) for item in validation if network and item.example.dataset == name]
        if any(image.truth for image in images):
            prefix = f"{name}_" if figures else ""
            points = points or operating_points(images)
            figures |= {
                f"{prefix}sensitivity_at_1_false_mark_iou02": sensitivity_at(images, 1.0, 0.2),
                f"{prefix}sensitivity_at_2_false_marks_iou02": sensitivity_at(images, 2.0, 0.2),
                f"{prefix}sensitivity_at_2_false_marks_iou05": sensitivity_at(images, 2.0, 0.5),
            }
    return replace(verdict, metrics=figures, operating_points=points)


def scored(item: PreparedExample, network: RetinaNetDetector) -> ScoredImage:
    """Through the pipeline's own detect(), on the cached prepared image, in acquired pixels."""
    findings = detect(Prepared(item.pixels, item.transform, None), network)
    truth = tuple(mass.box for mass in item.example.masses or ())
    return ScoredImage(item.example.patient, tuple((f.box, f.confidence) for f in findings), truth)


def operating_points(images: list[ScoredImage]) -> tuple[dict[str, float], ...]:
    """For the slider: sensitivity (IoU >= 0.2) and false marks an image at every twentieth of confidence."""
    curve = froc(images, 0.2)
    points = []
    for confidence in (i / 20 for i in range(1, 20)):
        shown = curve.confidences >= confidence
        sensitivity, false_marks = (
            float(part[shown].max(initial=0.0)) for part in (curve.sensitivity, curve.false_marks)
        )
        points.append(
            {"confidence": confidence, "sensitivity": round(sensitivity, 4), "false_marks": round(false_marks, 4)}
        )
    return tuple(points)
