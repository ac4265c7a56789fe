"""The body: skin line, nipple, pectoral muscle and the skin fold below the breast, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from pipeline.geometry import Points
from training.phantom.canvas import FIELD_MM
from training.phantom.values import ViewPosition

# A mediolateral oblique skin line relative to the nipple, in breast depths: (depth, height below the nipple).
MLO_TEMPLATE = np.array(
    [
        (0.58, -1.12),
        (0.61, -0.90),
        (0.77, -0.61),
        (0.91, -0.36),
        (0.98, -0.16),
        (1.00, 0.00),
        (0.94, 0.27),
        (0.76, 0.49),
        (0.44, 0.63),
        (0.18, 0.64),
        (-0.12, 0.60),
    ]
)


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Closed polygons (N, 2) of x, y in mm, chest wall at x = 0, already on the detector."""

    skin: Points
    nipple: Points  # (2,) x, y at its base
    pectoral: Points | None
    fold: Points | None  # upper belly below the breast in an MLO
    depth_mm: float


def draw_anatomy(view: ViewPosition, body: np.random.Generator, pose: np.random.Generator) -> Anatomy:
    """`body` decides what the views of a patient share, `pose` what differs from exposure to exposure."""
    depth_mm = float(np.clip(body.normal(94.0, 15.0), 58.0, 130.0))
    nipple_mm = float(body.uniform(2.5, 6.0)), float(body.uniform(3.5, 5.0))
    breadth, cone, bluntness = body.uniform(0.98, 1.2), body.uniform(0.0, 0.06), body.uniform(0.75, 1.0)
    if view == "CC":
        skin, nipple = _craniocaudal(depth_mm, breadth, cone, bluntness, pose)
        return Anatomy(_with_nipple(skin, nipple, nipple_mm), nipple, None, None, depth_mm)
    skin, nipple = _oblique(depth_mm, breadth, pose)
    pectoral = _pectoral(skin, body, pose)
    fold = _fold(skin, pose) if pose.random() < 0.6 else None
    return Anatomy(_with_nipple(skin, nipple, nipple_mm), nipple, pectoral, fold, depth_mm)


def _craniocaudal(
    depth_mm: float, breadth: float, cone: float, bluntness: float, pose: np.random.Generator
) -> tuple[Points, Points]:
    """A half disc that the detector's edge cuts a little off."""
    half_height = min(depth_mm * breadth, 128.0)
    middle, nipple_angle = FIELD_MM[0] / 2 + pose.uniform(-8, 8), pose.uniform(-0.18, 0.18)
    angle = np.linspace(-np.pi / 2, np.pi / 2, 400)
    bump = 1.0 + cone * np.exp(-(((angle - nipple_angle) / 0.28) ** 2))
    wave = 1.0 + pose.normal(0, 0.02) * np.sin(2 * angle) + pose.normal(0, 0.012) * np.sin(3 * angle + 1)
    x = depth_mm * (1.16 * np.cos(angle) ** bluntness * bump * wave - 0.16)
    skin = np.stack([x, middle + half_height * np.sin(angle)], axis=1)
    return skin, skin[np.argmin(np.abs(angle - nipple_angle))]


def _oblique(depth_mm: float, breadth: float, pose: np.random.Generator) -> tuple[Points, Points]:
    """The template stretched to the patient: arm pit at the top edge, fold below."""
    depth = depth_mm * pose.uniform(1.0, 1.12)
    nipple_y = float(np.clip(pose.normal(150, 9), 125, 172))
    wide = MLO_TEMPLATE[:, 0] + np.where(MLO_TEMPLATE[:, 1] < -0.5, pose.uniform(-0.08, 0.08), 0.0)
    wide = np.where(MLO_TEMPLATE[:, 1] < -0.5, np.maximum(wide * depth, 46.0), wide * depth)
    below = MLO_TEMPLATE[:, 1] > 0
    high = np.where(below, MLO_TEMPLATE[:, 1] * depth * (0.2 + breadth), MLO_TEMPLATE[:, 1] * nipple_y)
    anchors = np.stack([wide, nipple_y + np.minimum(high, FIELD_MM[0] - 12 - nipple_y)], axis=1)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(anchors, axis=0).T))])
    curve = np.asarray(CubicSpline(along, anchors)(np.linspace(0, along[-1], 500)))
    nipple = curve[np.argmax(curve[:, 0])]
    closed = np.concatenate([[[-20.0, curve[0, 1]]], curve, [[-20.0, curve[-1, 1]]]])
    return closed, nipple


def _with_nipple(skin: Points, nipple: Points, size_mm: tuple[float, float]) -> Points:
    """The skin line pushed outwards where the nipple stands in profile."""
    height, half_width = size_mm
    dense = _resampled(skin, 0.4)
    near = np.hypot(dense[:, 0] - nipple[0], dense[:, 1] - nipple[1]) / half_width
    out = dense.copy()
    out[:, 0] += height * np.exp(-(near**4)) + 1.2 * np.exp(-((near / 2.2) ** 2))
    return out


def _resampled(polygon: Points, step_mm: float) -> Points:
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(polygon, axis=0).T))])
    at = np.arange(0, along[-1], step_mm)
    return np.stack([np.interp(at, along, polygon[:, 0]), np.interp(at, along, polygon[:, 1])], axis=1)


def _pectoral(skin: Points, body: np.random.Generator, pose: np.random.Generator) -> Points:
    """A triangle in the upper corner with a slightly bowed edge."""
    top = float(np.interp(0.0, skin[1:100, 1], skin[1:100, 0]))
    width = min(body.uniform(0.55, 0.95) * top, top - 12.0) + pose.normal(0, 2)
    length = FIELD_MM[0] * (body.uniform(0.36, 0.66) + pose.normal(0, 0.02))
    share = np.linspace(-0.1, 1.15, 60)
    bow = body.uniform(-2.0, 5.0) * np.sin(np.pi * np.clip(share, 0, 1))
    edge = np.stack([width * (1 - share) + bow, length * share + 0.4 * bow], axis=1)
    return np.concatenate([[[-30.0, edge[0, 1]]], edge, [[-30.0, edge[-1, 1]]]])


def _fold(skin: Points, pose: np.random.Generator) -> Points:
    """A sliver of belly that got under the paddle below the fold."""
    start = float(skin[:, 1].max()) + pose.uniform(-1, 3)
    y = np.linspace(start, FIELD_MM[0] + 5, 40)
    share = np.linspace(0, 1, 40)
    x = pose.uniform(2, 7) * np.sqrt(share) + 0.5 * np.sin(9 * share + pose.uniform(0, 6))
    return np.concatenate([np.stack([x, y], axis=1), [[-20.0, y[-1]], [-20.0, start]]])
