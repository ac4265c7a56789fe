"""One phantom from one seed."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.mammogram import Laterality
from training.phantom import exposure, tissue
from training.phantom.anatomy import Anatomy, draw_anatomy
from training.phantom.canvas import COARSE_MM, COARSE_SHAPE, Canvas, drawn_lines, smoothstep
from training.phantom.clusters import add_cluster
from training.phantom.lesions import MassPlan, Plan, place, plan_lesions, room_for, without_disc
from training.phantom.masses import add_mass
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
    views drawn with one `patient` belong together. Raises ValueError for a size under 64 x 64, bits other than
    12 and 14, or a negative seed.
    """
    if bits not in (12, 14):
        raise ValueError(f"bits must be 12 or 14, received {bits}")
    owner = seed if patient is None else patient
    choice = _stream(seed, "choice")
    view = view or ("CC", "MLO")[choice.integers(2)]
    side = Laterality(laterality or "LR"[choice.integers(2)])
    composition = Density(density or "ABCD"[_stream(owner, "density").choice(4, p=[0.15, 0.4, 0.35, 0.1])])
    plans = plan_lesions(_stream(owner, f"lesions {side.value}"), masses, clusters, malignant)

    canvas = Canvas.of_size(size)
    anatomy = draw_anatomy(view, _stream(owner, "body"), _stream(seed, "pose"))
    matter = tissue.draw_tissue(anatomy, composition, _stream(seed, "tissue"))
    depth = canvas.enlarge(matter.below_skin, COARSE_MM / 2, fill=-50.0)
    image = _inside(canvas, anatomy, matter, depth, seed)
    found = _add_lesions(image, plans, matter, canvas, _stream(seed, "places"))
    image, visible = _with_skin(image, canvas, anatomy, matter, depth)
    image *= np.float32(_stream(owner, "gain").uniform(0.92, 1.12))
    image = exposure.exposed(image, canvas.spacing_mm, _stream(seed, "grain"))
    drawn = Phantom(
        pixels=exposure.stored(image, visible, bits),
        bits_stored=bits,
        laterality=side,
        view=view,
        spacing_mm=(canvas.spacing_mm, canvas.spacing_mm),
        density=composition,
        percent_density=matter.percent_density,
        breast=depth > 0,
        lesions=found,
        seed=seed,
        patient=owner,
        burnt_in=burnt_in,
        size_mm=(float((depth > 0).any(axis=1).sum()) * canvas.spacing_mm, anatomy.depth_mm),
    )
    drawn = _mirrored(drawn) if side is Laterality.RIGHT else drawn
    return exposure.with_label(drawn) if burnt_in else drawn


def _stream(seed: int, name: str) -> np.random.Generator:
    """Independent random numbers for each purpose, so that asking for a lesion more leaves the breast as it was."""
    return np.random.default_rng([seed, *name.encode()])


def _inside(canvas: Canvas, anatomy: Anatomy, matter: tissue.Tissue, depth: FloatImage, seed: int) -> FloatImage:
    """Tissue and strands, as if the breast were equally thick everywhere."""
    image = canvas.enlarge(matter.brightness) + _fine_texture(canvas, matter, _stream(seed, "fine"))
    strands = drawn_lines(draw_strands(anatomy, matter, _stream(seed, "strands")), canvas)
    image += strands * smoothstep(depth, 0.5, 5.0) * (1.0 - 0.7 * canvas.enlarge(matter.muscle))
    return image


def _with_skin(
    image: FloatImage, canvas: Canvas, anatomy: Anatomy, matter: tissue.Tissue, depth: FloatImage
) -> tuple[FloatImage, NDArray[np.bool_]]:
    """Rounded off towards the skin, with the skin itself and the belly's; and where anything was exposed at all."""
    image = image * tissue.rolled_off(depth, anatomy.depth_mm) + tissue.skin(depth)
    image *= smoothstep(depth, -0.15, 0.7)
    visible = depth > -0.1
    if matter.below_fold is not None:
        fold = canvas.enlarge(matter.below_fold, COARSE_MM / 2, fill=-50.0)
        belly = 0.24 * smoothstep(fold, -0.1, 2.0) + tissue.skin(fold)
        image, visible = np.where(depth > -0.3, image, belly), visible | (fold > 0)
    return np.asarray(image, dtype=np.float32), visible


def _add_lesions(
    image: FloatImage, plans: tuple[Plan, ...], matter: tissue.Tissue, canvas: Canvas, rng: np.random.Generator
) -> tuple[Lesion, ...]:
    """Draws what finds a place; a lesion for which the breast has no room left is left out, of the truth too."""
    small = cv2.resize(matter.below_skin, COARSE_SHAPE[::-1], interpolation=cv2.INTER_AREA)
    depth, free = np.asarray(small, dtype=np.float32), matter.muscle < 0.05
    found = []
    for plan, stream in zip(plans, rng.spawn(len(plans)), strict=True):
        radius_mm = 1.25 * plan.radius_mm
        at_mm = place(room_for(depth, free, radius_mm), matter.brightness, radius_mm, stream)
        if at_mm is None:
            continue
        if isinstance(plan, MassPlan):
            found.append(add_mass(image, plan, at_mm, canvas, stream))
        else:
            found.append(add_cluster(image, plan, at_mm, canvas, stream))
        free = without_disc(free, at_mm, 2.0 * radius_mm + 6.0)
    return tuple(found)


def _fine_texture(canvas: Canvas, matter: tissue.Tissue, rng: np.random.Generator) -> FloatImage:
    """Detail finer than the coarse grid, where the image can show it."""
    if canvas.spacing_mm > 0.7 * COARSE_MM:
        return np.zeros((1, 1), dtype=np.float32)
    side = 1024
    tile = tissue.power_law_noise((side, side), 1.4, side * 0.085 / 1.4, rng)
    across = round(side * 0.085 / canvas.spacing_mm)
    tile = np.asarray(cv2.resize(tile, (across, across), interpolation=cv2.INTER_AREA), dtype=np.float32)
    repeats = [-(-n // across) for n in canvas.shape]
    everywhere = np.tile(tile, repeats)[: canvas.shape[0], : canvas.shape[1]]
    return np.asarray(everywhere * (0.009 + 0.013 * canvas.enlarge(matter.glandular)), dtype=np.float32)


def _mirrored(drawn: Phantom) -> Phantom:
    """Turned left to right: a right breast's chest wall is on the right."""
    return replace(
        drawn,
        pixels=np.ascontiguousarray(drawn.pixels[:, ::-1]),
        breast=np.ascontiguousarray(drawn.breast[:, ::-1]),
        lesions=tuple(_mirrored_lesion(lesion, drawn.columns) for lesion in drawn.lesions),
    )


def _mirrored_lesion(lesion: Lesion, width: int) -> Lesion:
    turned = lesion.outline * (-1, 1) + (width, 0)
    spots = None if lesion.spots is None else lesion.spots * (-1, 1, 1) + (width, 0, 0)
    return replace(lesion, outline=turned, spots=spots)
