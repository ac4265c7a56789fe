"""The published filter on signals of which the answer is known."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from pipeline.wavelet import Wavelet, filtered

BOTH: list[Literal["sym3", "haar"]] = ["sym3", "haar"]


@pytest.mark.parametrize("family", BOTH)
def test_flat_tissue_comes_out_as_middle_grey(family: Literal["sym3", "haar"]) -> None:
    patch = np.full((60, 60), 0.3, np.float32)
    assert filtered(patch, Wavelet(family)) == pytest.approx(np.full((60, 60), 0.5), abs=1e-5)


@pytest.mark.parametrize("family", BOTH)
def test_a_spot_stays_and_the_slope_under_it_goes(family: Literal["sym3", "haar"]) -> None:
    slope = np.tile(np.linspace(0.2, 0.6, 64, dtype=np.float32), (64, 1))
    with_spot = slope.copy()
    with_spot[30:32, 40:42] += 0.3
    found = filtered(with_spot, Wavelet(family))
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert (row in (30, 31), column in (40, 41)) == (True, True)
    assert found.max() > 0.65
    assert np.abs(found[:20, 8:30] - 0.5).max() < 0.05  # of 0.12 that the slope rises there


def test_haar_without_a_threshold_takes_only_the_means_of_blocks_away() -> None:
    """Level 3 of Haar's wavelet: the approximation is the mean of each block of 8 x 8."""
    patch = np.random.default_rng(1).uniform(0.4, 0.6, (64, 64)).astype(np.float32)
    means = patch.reshape(8, 8, 8, 8).mean(axis=(1, 3)).repeat(8, axis=0).repeat(8, axis=1)
    assert filtered(patch, Wavelet("haar", sigma=0.0)) == pytest.approx(patch - means + 0.5, abs=1e-5)


def test_a_higher_threshold_keeps_less() -> None:
    patch = np.random.default_rng(2).uniform(0.2, 0.8, (60, 60)).astype(np.float32)
    left = [float(np.abs(filtered(patch, Wavelet(sigma=sigma)) - 0.5).mean()) for sigma in (0.0, 1.0, 1.5, 2.5)]
    assert left == sorted(left, reverse=True)
    assert left[-1] < 0.5 * left[0]


def test_a_filter_that_nobody_published_is_refused() -> None:
    with pytest.raises(ValueError, match="sym3 or haar"):
        Wavelet("db4")  # type: ignore[arg-type]
