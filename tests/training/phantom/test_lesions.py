from __future__ import annotations

import numpy as np
import pytest

from tests.training.phantom.measure import inside, ring_around
from training.phantom.canvas import Canvas
from training.phantom.clusters import add_cluster
from training.phantom.lesions import ClusterPlan, MassPlan, plan_cluster, plan_mass
from training.phantom.masses import add_mass
from training.phantom.values import FloatImage, Lesion, Margin

CANVAS = Canvas((700, 700), 0.1)
MIDDLE_MM = np.array([35.0, 35.0])


def mass_with(margin: Margin, seed: int = 1) -> tuple[FloatImage, Lesion]:
    image = np.zeros(CANVAS.shape, dtype=np.float32)
    plan = MassPlan(12.0, margin is Margin.SPICULATED, margin, 0.2)
    return image, add_mass(image, plan, MIDDLE_MM, CANVAS, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_a_spiculated_mass_radiates_lines_and_a_smooth_one_does_not(seed: int) -> None:
    outside = {}
    for margin in (Margin.SMOOTH, Margin.SPICULATED):
        image, mass = mass_with(margin, seed)
        core = inside(mass.outline, image.shape)
        core |= ring_around(core, 20)  # 2 mm: beyond the soft edge of either
        outside[margin] = int((image[ring_around(core, 30)] > 0.01).sum())
    assert outside[Margin.SMOOTH] == 0
    assert outside[Margin.SPICULATED] > 1500


def test_an_indistinct_edge_is_wider_than_a_smooth_one() -> None:
    steepest = {}
    for margin in (Margin.SMOOTH, Margin.INDISTINCT):
        image, _ = mass_with(margin)
        steepest[margin] = float(np.hypot(*np.gradient(image)).max())
    assert steepest[Margin.SMOOTH] > 2 * steepest[Margin.INDISTINCT]


def test_a_mass_reaches_its_contrast_inside_and_half_of_its_edge_at_the_outline() -> None:
    image, mass = mass_with(Margin.SMOOTH)
    core = inside(mass.outline, image.shape)
    assert image[core].mean() == pytest.approx(0.2 * 0.85, rel=0.2)
    at_edge = image[mass.outline[:, 1].astype(int), mass.outline[:, 0].astype(int)]
    assert at_edge.mean() == pytest.approx(0.2 * 0.62 / 2, rel=0.35)


def test_malignant_masses_are_spiculated_or_indistinct_and_benign_ones_not() -> None:
    rng = np.random.default_rng(3)
    assert {plan_mass(rng, True).margin for _ in range(40)} == {Margin.SPICULATED, Margin.INDISTINCT}
    assert {plan_mass(rng, False).margin for _ in range(40)} == {Margin.SMOOTH, Margin.LOBULATED}


def test_a_linear_cluster_is_long_and_thin_and_a_round_one_is_not() -> None:
    slenderness = []
    for linear in (True, False):
        image = np.zeros(CANVAS.shape, dtype=np.float32)
        plan = ClusterPlan(25, linear, linear, 10.0)
        cluster = add_cluster(image, plan, MIDDLE_MM, CANVAS, np.random.default_rng(5))
        assert cluster.spots is not None
        spread = np.linalg.eigvalsh(np.cov(cluster.spots[:, :2].T))
        slenderness.append(spread[1] / spread[0])
        assert (image > 0.05).sum() > 50
    assert slenderness[0] > 5 > slenderness[1]


def test_only_malignant_clusters_are_linear() -> None:
    rng = np.random.default_rng(4)
    assert not any(plan_cluster(rng, False).linear for _ in range(30))
    assert any(plan_cluster(rng, True).linear for _ in range(30))


def test_a_spot_finer_than_a_pixel_keeps_its_light() -> None:
    light = []
    for spacing in (0.05, 0.2):
        canvas = Canvas((round(70 / spacing), round(70 / spacing)), spacing)
        image = np.zeros(canvas.shape, dtype=np.float32)
        add_cluster(image, ClusterPlan(8, False, False, 6.0), MIDDLE_MM, canvas, np.random.default_rng(6))
        light.append(float(image.sum()) * spacing**2)
    assert light[1] == pytest.approx(light[0], rel=0.25)
