"""One phantom from one seed."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Points
from pipeline.mammogram import Laterality
from training.phantom import exposure, lesions, tissue
from training.phantom.anatomy import Anatomy, draw_anatomy
from training.phantom.canvas import COARSE_MM, COARSE_SHAPE, FIELD_MM, Canvas, drawn_lines, smoothstep
from training.phantom.strands import draw_strands
from training.phantom.values import Density, FloatImage, Lesion, Phantom, ViewPosition

FULL_SIZE = (3328, 2560)
SMALL_SIZE = (832, 640)


def draw_phantom(
    seed: int,
    *,
    size: tuple[int, int] = FULL_SIZE,
    view: ViewPosition | None = None,
    laterality: Laterality | Literal["L", "R"] | None = None,
    density: Density | Literal["A", "B", "C", "D"] | None = None,
    masses: int | None = None,
    clusters: int | None = None,
    malignant: bool | None = None,
    burnt_in: bool = True,
    bits: int = 12,
    patient: int | None = None,
) -> Phantom:
    """A mammogram that nobody had, the same for the same arguments.

    `size` is (rows, columns); the field of view stays that of a 24 x 30 cm detector, so a smaller image is a coarser
    picture of the same breast. What is None is drawn from the seed: view, laterality, density, 0-2 masses, 0-1
    clusters, whether they are malignant. `patient` (default: the seed) decides body shape and kinds of lesions, so
    views drawn with one `patient` belong together. Raises ValueError for a size under 64 x 64 or bits other than
    12 and 14.
    """
    if bits not in (12, 14):
        raise ValueError(f"bits must be 12 or 14, received {bits}")
    owner = seed if patient is None else patient
    choice = _stream(seed, "choice")
    view = view or ("CC", "MLO")[choice.integers(2)]
    side = Laterality(laterality or "LR"[choice.integers(2)])
    composition = Density(density or "ABCD"[_stream(owner, "density").choice(4, p=[0.15, 0.4, 0.35, 0.1])])
    canvas = Canvas.of_size(size)
    anatomy = draw_anatomy(view, _stream(owner, "body"), _stream(seed, "pose"))
    matter = tissue.draw_tissue(anatomy, composition, _stream(seed, "tissue"))

    image = canvas.enlarge(matter.brightness)
    image += _fine_texture(canvas, matter, _stream(seed, "fine"))
    depth = canvas.enlarge(matter.below_skin, COARSE_MM / 2, fill=-50.0)
    interior = smoothstep(depth, 0.5, 5.0)
    muscle_free = 1.0 - 0.7 * np.clip(canvas.enlarge(matter.muscle), 0, 1)
    image += drawn_lines(draw_strands(anatomy, matter, _stream(seed, "strands")), canvas) * interior * muscle_free
    plans = _plans(_stream(owner, f"lesions {side.value}"), masses, clusters, malignant)
    found = _add_lesions(image, plans, matter, anatomy, canvas, _stream(seed, "places"))
    image *= tissue.rolled_off(depth, anatomy)
    image += tissue.skin(depth)
    image *= smoothstep(depth, -0.15, 0.7)
    breast = depth > 0
    visible = depth > -0.1
    if matter.below_fold is not None:
        fold = canvas.enlarge(matter.below_fold, COARSE_MM / 2, fill=-50.0)
        image = np.where(depth > -0.3, image, 0.24 * smoothstep(fold, -0.1, 2.0) + tissue.skin(fold))
        visible |= fold > 0
    image = exposure.exposed(
        image * _stream(owner, "gain").uniform(0.92, 1.1), canvas.spacing_mm, _stream(seed, "grain")
    )
    pixels = exposure.stored(image, visible, bits)
    if side is Laterality.RIGHT:
        pixels, breast = np.ascontiguousarray(pixels[:, ::-1]), np.ascontiguousarray(breast[:, ::-1])
        found = tuple(_mirrored(lesion, size[1]) for lesion in found)
    if burnt_in:
        exposure.burn_in(pixels, side, view, canvas.spacing_mm, 2**bits - 1)
    rows = np.nonzero(breast.any(axis=1))[0]
    return Phantom(
        pixels=pixels,
        bits_stored=bits,
        laterality=side,
        view=view,
        spacing_mm=(canvas.spacing_mm, canvas.spacing_mm),
        density=composition,
        percent_density=matter.percent_density,
        breast=breast,
        lesions=found,
        seed=seed,
        patient=owner,
        burnt_in=burnt_in,
        size_mm=(float(rows[-1] - rows[0] + 1) * canvas.spacing_mm, anatomy.depth_mm),
    )


def _stream(seed: int, name: str) -> np.random.Generator:
    """Independent random numbers for each purpose, so that asking for a lesion more leaves the breast as it was."""
    return np.random.default_rng([seed, *name.encode()])


Plan = lesions.MassPlan | lesions.ClusterPlan


def _plans(
    rng: np.random.Generator, masses: int | None, clusters: int | None, malignant: bool | None
) -> tuple[Plan, ...]:
    drawn_masses, drawn_clusters = int(rng.choice(3, p=[0.3, 0.55, 0.15])), int(rng.random() < 0.35)
    streams = rng.spawn(2)
    return (
        *(lesions.plan_mass(streams[0], malignant) for _ in range(drawn_masses if masses is None else masses)),
        *(lesions.plan_cluster(streams[1], malignant) for _ in range(drawn_clusters if clusters is None else clusters)),
    )


def _add_lesions(
    image: FloatImage,
    plans: tuple[Plan, ...],
    matter: tissue.Tissue,
    anatomy: Anatomy,
    canvas: Canvas,
    rng: np.random.Generator,
) -> tuple[Lesion, ...]:
    """Draws what finds a place; a lesion for which the breast has no room left is left out, of the truth too."""
    depth = np.asarray(cv2.resize(matter.below_skin, COARSE_SHAPE[::-1], interpolation=cv2.INTER_AREA))
    free = matter.muscle < 0.05
    found = []
    for plan, stream in zip(plans, rng.spawn(len(plans)), strict=True):
        is_mass = isinstance(plan, lesions.MassPlan)
        radius = (plan.diameter_mm if is_mass else plan.extent_mm) / 2 * 1.25
        at = lesions.place(_allowed(depth, free, radius), matter.brightness, radius, stream)
        if at is None:
            continue
        add = (
            lesions.add_mass(image, plan, at, canvas, stream)
            if is_mass
            else lesions.add_cluster(image, plan, at, canvas, stream)
        )
        found.append(add)
        free = _without_disc(free, at, 2.0 * radius + 6.0)
    return tuple(found)


def _allowed(depth: FloatImage, free: NDArray[np.bool_], radius_mm: float) -> NDArray[np.bool_]:
    """Deep enough below the skin, clear of the muscle and of the image's border."""
    reach = int(np.ceil((radius_mm + 3.0) / COARSE_MM))
    size = (2 * reach + 1, 2 * reach + 1)
    clear = cv2.erode(free.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)) > 0
    allowed = clear & (depth > radius_mm + 5.0)
    allowed[:reach], allowed[-reach:], allowed[:, :reach] = False, False, False
    return np.asarray(allowed)


def _without_disc(free: NDArray[np.bool_], at_mm: Points, radius_mm: float) -> NDArray[np.bool_]:
    mask = free.astype(np.uint8)
    column, row = (int(v) for v in at_mm / COARSE_MM)
    cv2.circle(mask, (column, row), int(radius_mm / COARSE_MM), 0, -1)
    return mask > 0


def _fine_texture(canvas: Canvas, matter: tissue.Tissue, rng: np.random.Generator) -> FloatImage | float:
    """Detail finer than the coarse grid, where the image can show it."""
    side = 1024
    tile = tissue.power_law_noise((side, side), 1.4, side * 0.085 / 1.4, rng)
    if canvas.spacing_mm > 0.7 * COARSE_MM:
        return 0.0
    across = round(side * 0.085 / canvas.spacing_mm)
    tile = np.asarray(cv2.resize(tile, (across, across), interpolation=cv2.INTER_AREA), dtype=np.float32)
    repeats = [-(-n // across) for n in canvas.shape]
    everywhere = np.tile(tile, repeats)[: canvas.shape[0], : canvas.shape[1]]
    return everywhere * (0.006 + 0.014 * canvas.enlarge(matter.glandular))


def _mirrored(lesion: Lesion, width: int) -> Lesion:
    """The lesion in an image turned left to right."""
    outline = np.stack([width - lesion.outline[:, 0], lesion.outline[:, 1]], axis=1)
    spots = lesion.spots
    if spots is not None:
        spots = np.stack([width - spots[:, 0], spots[:, 1], spots[:, 2]], axis=1)
    return Lesion(lesion.kind, lesion.malignant, outline, lesion.diameter_mm, lesion.margin, spots)


__all__ = ["FIELD_MM", "FULL_SIZE", "SMALL_SIZE", "draw_phantom"]
