"""Mammogram -> clusters of microcalcifications: a committee looks at patches of the whole breast at full resolution.

The breast is brought to the committee's sampling (0.1 mm a pixel), cut into patches that overlap, and what the
committee says of every place is asked at the places that look like spots. Three or more within 1 cm are a cluster.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.finding import Calcifications, Finding, Kind
from pipeline.geometry import Box, Points
from pipeline.mammogram import Mammogram
from pipeline.preprocess import Prepared
from pipeline.segment import size_of
from pipeline.spots import Sampled, Spots, candidates, depth_mm, extent, linked

Floats = NDArray[np.float32]

FLOOR = 0.05  # of a cluster's confidence, as of a mass's
MOST_SPOTS = 150  # per image, the likeliest; each is compared with each
MOST_CLUSTERS = 10  # per image
LEAST_STRENGTH = 1.0  # times the usual detail nearby: anything a network might call a spot
OVERLAP = 16  # pixels by which patches overlap, so that every place is seen with its surroundings
EDGE_MM = 1.0  # at the edge of breast and image, where skin and borders look like spots
COARSEST_MM = 0.2  # a pixel; a coarser image shows no microcalcifications
USUAL_HEIGHT_MM = 210.0  # of a breast on a mammogram: median of INbreast's views


class Committee(Protocol):
    """What microcalcify() needs of a model: LiteRT behind pipeline/models.py, two lines of stub in a test."""

    @property
    def side(self) -> int: ...  # pixels of a patch

    @property
    def spacing_mm(self) -> float: ...  # of a patch's pixel

    @property
    def least_spot(self) -> float: ...  # likelihood from which a place counts as a spot

    def spots(self, patches: Floats) -> tuple[Floats, Floats]:
        """(N, side, side) 0..1 -> how likely each patch shows calcifications (N,), and each of its cells (N, C, C).

        Patches in which the product of both cannot, or almost surely does not, reach `least_spot` may be answered with
        zeros.
        """

    def confidence(self, cluster: Spots) -> float:
        """Calibrated: how sure it is that these spots are a cluster."""


def microcalcify(
    mammogram: Mammogram, prepared: Prepared, committee: Committee, floor: float = FLOOR
) -> tuple[Finding, ...]:
    """Clusters in acquired pixels, most confident first, none below `floor`; none in an image too coarse for them."""
    clusters = clusters_of(mammogram, prepared, committee)
    judged = [cluster.finding(prepared, committee.confidence(cluster.spots)) for cluster in clusters]
    best_first = sorted(judged, key=lambda finding: -finding.confidence)
    return tuple(finding for finding in best_first[:MOST_CLUSTERS] if finding.confidence >= floor)


@dataclass(frozen=True, eq=False)
class Cluster:
    """Spots that lie together, before anybody says how sure that is."""

    spots: Spots
    scale: tuple[float, float]  # sampled pixels per prepared pixel: x, y

    def finding(self, prepared: Prepared, confidence: float) -> Finding:
        acquired = prepared.transform.points_to_acquired(self.spots.places / self.scale)
        outline = hull(acquired, 0.5 / min(self.scale))
        spacing = prepared.spacing_mm
        spread = None if spacing is None else extent(acquired * (spacing[1], spacing[0]))
        return Finding(
            Kind.CALCIFICATION_CLUSTER,
            Box.around(outline),
            confidence,
            outline,
            size=size_of(outline, spacing),
            calcifications=Calcifications(acquired, spread),
        )


def clusters_of(mammogram: Mammogram, prepared: Prepared, committee: Committee) -> list[Cluster]:
    """Every group of spots that lie together; none in an image too coarse for them."""
    spacing = prepared.spacing_mm or assumed_spacing_mm(prepared)
    if max(spacing) > COARSEST_MM:
        return []
    sampled = sample(mammogram, prepared, spacing, committee.spacing_mm)
    found = spots(sampled, committee)
    return [Cluster(found.of(rows), sampled.scale) for rows in linked(found.places * committee.spacing_mm)]


def caution(prepared: Prepared) -> tuple[str, ...]:
    """What a reader must know of the search for microcalcifications in this image."""
    spacing = prepared.spacing_mm or assumed_spacing_mm(prepared)
    if max(spacing) > COARSEST_MM:
        return (
            f"Microcalcifications were not looked for: a pixel of {max(spacing):.2f} mm is too coarse to show them.",
        )
    if prepared.spacing_mm is None:
        return (
            "No pixel spacing: microcalcifications were looked for as if the breast were "
            f"{USUAL_HEIGHT_MM / 10:g} cm high.",
        )
    return ()


def assumed_spacing_mm(prepared: Prepared) -> tuple[float, float]:
    """(row, column) of a pixel, were the breast as high as breasts usually are."""
    return (USUAL_HEIGHT_MM / prepared.pixels.shape[0],) * 2


def sample(mammogram: Mammogram, prepared: Prepared, spacing: tuple[float, float], to_mm: float) -> Sampled:
    """The breast's rectangle of the acquired pixels, turned as the prepared image is, at `to_mm` a pixel."""
    way, (rows, columns) = prepared.transform, prepared.pixels.shape
    turned = mammogram.pixels[:, ::-1] if way.flipped else mammogram.pixels
    top, left = round(way.top), round(way.left)
    acquired = np.ascontiguousarray(turned[top : top + rows, left : left + columns])
    height, width = (max(1, round(side * mm / to_mm)) for side, mm in zip((rows, columns), spacing, strict=True))
    how = cv2.INTER_AREA if height < rows else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(acquired, (width, height), interpolation=how), np.float32)
    breast = (prepared.pixels > 0).astype(np.uint8)
    mask = cv2.resize(breast, (width, height), interpolation=cv2.INTER_NEAREST)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))  # CLAHE may leave black pixels inside
    return Sampled(pixels, mask > 0, (width / columns, height / rows))


def spots(sampled: Sampled, committee: Committee) -> Spots:
    """What the committee takes for calcifications."""
    edge = 2 * round(EDGE_MM / committee.spacing_mm) + 1
    bordered = cv2.copyMakeBorder(sampled.breast.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inside = cv2.erode(bordered, np.ones((edge, edge), np.uint8))[1:-1, 1:-1] > 0
    places, strength = candidates(sampled.pixels, inside, LEAST_STRENGTH)
    likely = likelihood(sampled.pixels, places, committee)
    chosen = np.argsort(-likely, kind="stable")[:MOST_SPOTS]
    chosen = np.sort(chosen[likely[chosen] >= committee.least_spot])
    depth = depth_mm(sampled, places[chosen], committee.spacing_mm)
    return Spots(places[chosen], likely[chosen], strength[chosen], depth)


def likelihood(pixels: Floats, places: Points, committee: Committee) -> Floats:
    """What the committee says of each place (N,): of its cell and the cells around it, times what it says of its patch.

    Only patches that hold a place in their middle part are looked at; where none of a patch's can be a spot, 0.
    """
    side, step = committee.side, committee.side - OVERLAP
    tiles = (places // step).astype(np.int64)  # column, row of the patch whose middle part holds the place
    wanted, of_place = np.unique(tiles, axis=0, return_inverse=True)
    if not len(wanted):
        return np.zeros(0, np.float32)
    around = cv2.copyMakeBorder(pixels, OVERLAP // 2, side, OVERLAP // 2, side, cv2.BORDER_REFLECT)
    patches = np.stack([around[y : y + side, x : x + side] for x, y in wanted * step]).astype(np.float32, copy=False)
    calcified, maps = committee.spots(patches)
    cells = maps.shape[-1]
    inside = ((places - tiles * step + OVERLAP // 2) * (cells / side)).astype(np.int64)
    near = maps if cells == 1 else np.stack([cv2.dilate(one, np.ones((3, 3), np.uint8)) for one in maps])
    rows = of_place.reshape(-1)
    return np.asarray(near[rows, inside[:, 1], inside[:, 0]] * calcified[rows], np.float32)


def hull(points: Points, margin: float) -> Points:
    """The convex outline (N, 2) that holds a square of +-`margin` around every point."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * margin
    around = (points[:, None] + corners).reshape(-1, 2).astype(np.float32)
    return np.asarray(cv2.convexHull(around).reshape(-1, 2), np.float64)


def merged(masses: Sequence[Finding], clusters: Sequence[Finding]) -> tuple[Finding, ...]:
    """All findings, most confident first; of equals the mass comes first."""
    return tuple(sorted([*masses, *clusters], key=lambda finding: -finding.confidence))
