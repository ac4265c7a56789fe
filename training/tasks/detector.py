"""Where masses are: INbreast's contours, mini-MIAS's circles, phantoms, and masses set into breasts without one."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from models.detector import PRESETS, DetectorConfig, raw_heads
from models.export import export_function
from pipeline.detect import detect
from pipeline.models import RetinaNetDetector
from pipeline.preprocess import Prepared
from training.cache import PreparedExample
from training.datasets.phantoms import phantoms
from training.datasets.prepared import examples
from training.detector import Schedule, Trainer
from training.detector_data import Pools, Scene, patches_of, scene_of
from training.metrics import ScoredImage, froc, sensitivity_at
from training.run import IMAGENET, Run, Verdict, opened, write_verdict
from training.split import split

DATASETS = ("inbreast", "mini_mias")
SCHEDULE = Schedule()
SHARES = {  # of a batch of 8: (data set, has a mass)
    ("inbreast", True): 3,
    ("mini_mias", True): 1,
    ("phantoms", True): 1,
    ("inbreast", False): 2,
    ("mini_mias", False): 1,
}
LONGEST = 1056
PHANTOMS = 200
FALSE_MARKS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
LIMITS = (
    "Few masses: those of INbreast (digital, one hospital) and mini-MIAS (film), some shown again in other breasts, "
    "and drawn ones.",
    "Asymmetries and distortions without a mass were not taught; calcifications are another network's task.",
    "A mark's confidence is the detector's own and no probability of cancer.",
)


def train(run: Run) -> None:
    known = [example for example in examples(run.data, *DATASETS) if example.masses is not None]
    training, validation = split(known, run.held_out)
    config = PRESETS[run.preset]
    imagenet = run.data / IMAGENET
    start = imagenet if config.backbone == "mobilenet_v2" and imagenet.is_file() else None
    schedule = SCHEDULE if run.epochs is None else replace(SCHEDULE, steps=run.epochs * 100)
    trainer = Trainer(config, schedule, run.out / run.name, start)
    trainer.run(pools(run, training))
    trainer.average_into_model()
    export(trainer, run)
    write_verdict(run, judge(run, config, run.prepared(validation, LONGEST), len(training)))


def pools(run: Run, training: list[Any]) -> Pools:
    drawn = phantoms(run.out / "phantoms", PHANTOMS)
    scenes: dict[tuple[str, bool], list[Scene]] = {kind: [] for kind in SHARES}
    for item in run.prepared([*training, *drawn], LONGEST):
        scenes.get((item.example.dataset, bool(item.example.masses)), []).append(scene_of(item))
    real = [*scenes["inbreast", True], *scenes["mini_mias", True]]
    return Pools(tuple(map(tuple, scenes.values())), tuple(SHARES.values()), patches_of(real))


def export(trainer: Trainer, run: Run) -> None:
    def heads(image: Any) -> dict[str, Any]:
        logits, codes = raw_heads(trainer.model, image, training=False)
        return {"box_code": codes, "logits": logits}

    config = trainer.config
    export_function(heads, {"image": (config.height, config.width, 1)}, run.weight_file)


def judge(run: Run, config: DetectorConfig, validation: list[PreparedExample], trained_on: int) -> Verdict:
    anchors = asdict(config.anchors) | {"aspect_ratios": list(config.anchors.aspect_ratios)}
    input = {"names": ["image"], "height": config.height, "width": config.width, "anchors": anchors}
    network = RetinaNetDetector(*opened(run, input))
    images = [scored(item, network) for item in validation if item.example.dataset == "inbreast"]
    film = [scored(item, network) for item in validation if item.example.dataset == "mini_mias"]
    return Verdict(
        architecture="RetinaNet of TensorFlow Model Garden (Lin et al. 2017), MobileNetV2, pyramid of 96 channels, "
        "levels 3-6",
        input=input,
        data=f"{trained_on} views of {', '.join(DATASETS)} and {PHANTOMS} phantoms; "
        f"{len(images)} INbreast views validate",
        datasets=DATASETS,
        metrics={
            "sensitivity_at_1_false_mark_iou02": sensitivity_at(images, 1.0, 0.2),
            "sensitivity_at_2_false_marks_iou02": sensitivity_at(images, 2.0, 0.2),
            "sensitivity_at_2_false_marks_iou05": sensitivity_at(images, 2.0, 0.5),
            "film_sensitivity_at_2_false_marks_iou02": sensitivity_at(film, 2.0, 0.2),
        },
        limits=LIMITS,
        seed=SCHEDULE.seed,
        operating_points=operating_points(images),
    )


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
