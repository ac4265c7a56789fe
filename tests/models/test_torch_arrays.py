"""PyTorch's older files are read without PyTorch, and nothing in them is run."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from models.torch_arrays import torch_arrays
from tests.models.torch_file import write_state_dict

SHAPES = array_shapes(min_dims=0, max_dims=4, max_side=4)
FLOATS = arrays(np.float32, SHAPES, elements=st.floats(-1e6, 1e6, width=32))
WHOLE = arrays(np.int64, SHAPES)


@given(kept=st.dictionaries(st.text(min_size=1), FLOATS | WHOLE, max_size=4), turned=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_every_tensor_comes_back_as_it_was_written(kept: dict[str, np.ndarray], turned: bool, tmp_path: Path) -> None:
    kept = {name: array.T if turned else array for name, array in kept.items()}
    write_state_dict(tmp_path / "kept.pth", kept)
    found = torch_arrays(tmp_path / "kept.pth")
    assert list(found) == list(kept)
    for name, array in kept.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert np.array_equal(found[name], array)


class Harm:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return open, ("harm.txt",)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 newer files are archives", pickle.dumps(1), pickle.dumps(Harm()), pickle.dumps("text")],
    ids=["empty", "archive", "number", "harmful", "text"],
)
def test_any_other_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other.pth").write_bytes(content)
    with pytest.raises(ValueError, match=r"other\.pth: expected a PyTorch state dict as written before 1\.6"):
        torch_arrays(tmp_path / "other.pth")


@pytest.mark.parametrize("left", [0.2, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_refused(left: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.pth"
    write_state_dict(path, {"kernel": np.ones((16, 16), np.float32), "bias": np.ones(16, np.float32)})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left)])
    with pytest.raises(ValueError, match=r"cut\.pth: expected a PyTorch state dict"):
        torch_arrays(path)
