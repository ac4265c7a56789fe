"""Fat, fibroglandular tissue, muscle and skin as brightness on the coarse grid.

The spectrum of mammographic background falls with about the third power of frequency in power, that is 1/f^1.5 in
amplitude (Burgess et al. 2001, doi:10.1118/1.1355308); strands follow the ducts, which meet at the nipple.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import fft

from training.phantom.anatomy import Anatomy
from training.phantom.canvas import COARSE_MM, COARSE_SHAPE, blur, depth_below, smoothstep
from training.phantom.values import Density, FloatImage

FINE_MM = COARSE_MM / 2  # the skin line needs more than the tissue below it
FINE_SHAPE = (COARSE_SHAPE[0] * 2, COARSE_SHAPE[1] * 2)
GLANDULAR_SHARE = {Density.A: (0.06, 0.20), Density.B: (0.28, 0.46), Density.C: (0.53, 0.70), Density.D: (0.76, 0.84)}
FAT, GLAND, MUSCLE = 0.35, 0.33, 0.20  # brightness, 0..1


@dataclass(frozen=True, eq=False)
class Tissue:
    """Fields on the coarse grid, except `below_skin` on one twice as fine."""

    brightness: FloatImage  # 0..1, before skin, strands and lesions
    glandular: FloatImage  # 0 fat .. 1 fibroglandular
    percent_density: float  # 0..100
    below_skin: FloatImage  # mm below the skin line, negative outside
    below_fold: FloatImage | None  # the same of the belly's skin
    muscle: FloatImage  # 0..1


def power_law_noise(shape: tuple[int, int], exponent: float, lowest: float, rng: np.random.Generator) -> FloatImage:
    """Periodic Gaussian noise of amplitude 1/f^exponent, flat below `lowest` cycles; mean 0, deviation 1."""
    white = rng.standard_normal(shape, dtype=np.float32)
    down = np.asarray(fft.fftfreq(shape[0]) * shape[0], dtype=np.float32)[:, None]
    across = np.asarray(fft.rfftfreq(shape[1]) * shape[0], dtype=np.float32)[None, :]
    cycles = np.sqrt(down * down + across * across)
    shaped = fft.rfft2(white) * np.maximum(cycles, lowest) ** -exponent
    shaped[0, 0] = 0.0
    noise = np.asarray(fft.irfft2(shaped, s=shape), dtype=np.float32)
    return np.asarray(noise / noise.std(), dtype=np.float32)


def draw_tissue(anatomy: Anatomy, density: Density, rng: np.random.Generator) -> Tissue:
    below_skin = blur(depth_below(anatomy.skin, FINE_SHAPE, FINE_MM), 2.0)
    depth = np.asarray(cv2.resize(below_skin, COARSE_SHAPE[::-1], interpolation=cv2.INTER_AREA), dtype=np.float32)
    muscle = _muscle(anatomy, rng)
    radial, ridges = _along_ducts(anatomy, rng)
    clouds, billows = (power_law_noise(COARSE_SHAPE, exponent, 3.0, rng) for exponent in (1.5, 2.1))
    share = float(rng.uniform(*GLANDULAR_SHARE[density]))
    disc = _disc(anatomy, depth, rng)
    score = disc + 0.26 * billows + 0.09 * clouds + 0.13 * radial + 0.08 * ridges
    in_breast = (depth > 0) & (muscle < 0.5)
    threshold = float(np.quantile(score[in_breast], 1.0 - share))
    glandular = smoothstep(score, threshold - 0.38, threshold + 0.38)
    texture = np.clip(0.70 + 0.15 * clouds + 0.10 * billows + 0.10 * radial + 0.10 * ridges, 0.12, 1.4)
    wisps = np.clip(ridges - 0.45, 0.0, None) * smoothstep(disc, threshold - 1.3, threshold + 0.2)
    brightness = FAT + 0.011 * radial + 0.009 * clouds + 0.07 * wisps * (1 - glandular)
    brightness = brightness + GLAND * glandular * texture
    brightness = brightness * (1 - 0.6 * muscle) + muscle * (0.6 * FAT + MUSCLE)
    return Tissue(
        np.asarray(brightness, dtype=np.float32),
        glandular,
        100.0 * float((score[in_breast] > threshold).mean()),
        below_skin,
        None if anatomy.fold is None else blur(depth_below(anatomy.fold, FINE_SHAPE, FINE_MM), 2.0),
        muscle,
    )


def _grid() -> tuple[FloatImage, FloatImage]:
    """x and y in mm of every coarse pixel's middle."""
    y, x = np.mgrid[: COARSE_SHAPE[0], : COARSE_SHAPE[1]].astype(np.float32)
    return (x + 0.5) * COARSE_MM, (y + 0.5) * COARSE_MM


def _disc(anatomy: Anatomy, depth: FloatImage, rng: np.random.Generator) -> FloatImage:
    """High where glandular tissue belongs: a disc behind the nipple, higher up and outwards, not under the skin."""
    x, y = _grid()
    middle_x = anatomy.nipple[0] - anatomy.depth_mm * rng.uniform(0.42, 0.52)
    middle_y = anatomy.nipple[1] - anatomy.depth_mm * rng.uniform(0.0, 0.16)
    across, along = anatomy.depth_mm * rng.uniform(0.46, 0.56), anatomy.depth_mm * rng.uniform(0.5, 0.66)
    rho = np.hypot((x - middle_x) / across, (y - middle_y) / along)
    cone = np.exp(-(((y - anatomy.nipple[1]) / 14.0) ** 2)) * smoothstep(x, middle_x, float(anatomy.nipple[0]))
    return np.asarray(1.3 - rho + 0.5 * cone - 2.2 * np.exp(-depth / 4.0), dtype=np.float32)


def _along_ducts(anatomy: Anatomy, rng: np.random.Generator) -> tuple[FloatImage, FloatImage]:
    """Noise drawn out along curved paths that converge behind the nipple, and its ridges (about 0..1)."""
    x, y = _grid()
    tile = 512
    bend_x, bend_y = (blur(power_law_noise(COARSE_SHAPE, 2.6, 3.0, rng), 3.0) * 6.0 for _ in range(2))
    dx, dy = anatomy.nipple[0] + 18.0 - x + bend_x, y - anatomy.nipple[1] + bend_y
    radius, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    across = np.asarray(angle * 170.0, dtype=np.float32)
    outwards = np.asarray(np.log(radius + 25.0) * 110.0, dtype=np.float32)
    noise = [power_law_noise((tile, tile), exponent, 8.0, rng) for exponent in (1.4, 1.35)]
    wrapped = [_wrapped(one, across, outwards + 91.0 * i) for i, one in enumerate(noise)]
    ridges = np.clip(1.0 - np.abs(wrapped[1]) * 1.6, 0.0, None) ** 1.5
    return wrapped[0], np.asarray(ridges, dtype=np.float32)


def _wrapped(tile: FloatImage, x: FloatImage, y: FloatImage) -> FloatImage:
    side = tile.shape[0]
    padded = np.pad(tile, ((0, 1), (0, 1)), mode="wrap")
    return np.asarray(cv2.remap(padded, x % side, y % side, cv2.INTER_LINEAR), dtype=np.float32)


def _muscle(anatomy: Anatomy, rng: np.random.Generator) -> FloatImage:
    """Pectoral muscle: bright in the corner, faintly streaked, fading towards its lower tip."""
    if anatomy.pectoral is None:
        return np.zeros(COARSE_SHAPE, dtype=np.float32)
    inside = depth_below(anatomy.pectoral, COARSE_SHAPE, COARSE_MM)
    streaks = blur(power_law_noise(COARSE_SHAPE, 1.2, 4.0, rng), 1.0)
    level = 0.72 + 0.28 * smoothstep(inside, 0.0, 35.0) + 0.03 * streaks
    return np.asarray(smoothstep(inside, -1.2, 1.8) * level, dtype=np.float32)


def rolled_off(depth: FloatImage, breast_mm: float) -> FloatImage:
    """Share of the full brightness at `depth` mm below the skin of a breast `breast_mm` deep: it is round where no
    paddle flattens it.
    """
    flat_mm = 0.26 * breast_mm
    missing = 1.0 - np.clip(depth / flat_mm, 0.0, 1.0)
    return np.asarray(0.60 + 0.40 * np.sqrt(1.0 - missing * missing), dtype=np.float32)


def skin(depth: FloatImage) -> FloatImage:
    """Brightness the skin adds, about 1.5 mm of it seen edge on."""
    return np.asarray(0.07 * np.exp(-(((depth - 0.9) / 0.75) ** 2)), dtype=np.float32)
