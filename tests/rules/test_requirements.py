"""The pinned package sets fit together and hold what the code imports (docs/decisions/0003)."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions, requires

import pytest
from packaging.requirements import Requirement

from tests.rules.source_tree import OURS, Import, imports_of, normalised, pins

CUSTOMERS_NINE = {
    "flask",
    "tensorflow",
    "tf-models-official",
    "pydicom",
    "opencv-python",
    "numpy",
    "pillow",
    "gunicorn",
    "flask-cors",
}
ALL, SERVE, DEV, FRONTEND, ONNX = (
    "requirements.txt",
    "requirements-serve.txt",
    "requirements-dev.txt",
    "requirements-frontend.txt",
    "requirements-onnx.txt",
)


def test_the_customers_nine_packages_are_pinned() -> None:
    assert set(pins(ALL)) >= CUSTOMERS_NINE


def test_serving_is_a_part_of_everything_with_the_same_versions() -> None:
    assert pins(SERVE).items() <= pins(ALL).items()


def test_no_package_is_pinned_twice() -> None:
    sets = [set(pins(name)) for name in (ALL, DEV, FRONTEND)]
    assert len(set.union(*sets)) == sum(map(len, sets))


def test_serving_installs_no_training_framework() -> None:
    assert set(pins(SERVE)).isdisjoint(
        {"tensorflow", "tensorflow-cpu", "keras", "tf-keras", "tf-models-official", "scikit-learn"}
    )


@pytest.mark.parametrize("name", [ALL, SERVE, DEV, FRONTEND])
def test_one_opencv_only(name: str) -> None:
    """opencv-python and opencv-python-headless write the same cv2 folder."""
    assert not {"opencv-python-headless", "opencv-contrib-python"} & set(pins(name))


# Asked for by their wheels, never imported by what we use of them (docs/decisions/0003).
LEFT_OUT = {
    "astunparse": {"wheel"},
    "tensorflow": {"libclang", "setuptools"},  # a Python 3.11 environment brings setuptools
    "tensorflow-datasets": {"array-record", "dm-tree", "pyarrow", "simple-parsing"},
    "tf-models-official": {
        "cython",
        "google-api-python-client",
        "kaggle",
        "oauth2client",
        "opencv-python-headless",
        "pandas",
        "py-cpuinfo",
        "sacrebleu",
        "sentencepiece",
        "seqeval",
        "tensorflow-hub",
        "tensorflow-model-optimization",
        "tensorflow-text",
        "tf-slim",
    },
}


def asked_for(package: str) -> set[str]:
    """What the installed `package` needs here, by its own account, extras aside."""
    needs = [Requirement(line) for line in requires(package) or []]
    return {normalised(need.name) for need in needs if not need.marker or need.marker.evaluate({"extra": ""})}


def test_the_extra_for_onnx_is_what_the_tests_run_with() -> None:
    assert pins(ONNX).items() <= pins(DEV).items()


@pytest.mark.parametrize("names", [(SERVE,), (SERVE, ONNX), (ALL,), (FRONTEND,), (ALL, DEV, FRONTEND)], ids="+".join)
def test_the_sets_are_complete_without_a_resolver(names: tuple[str, ...]) -> None:
    pinned = {package for name in names for package in pins(name)}
    missing = {package: asked_for(package) - pinned - LEFT_OUT.get(package, set()) for package in pinned}
    assert {package: lacks for package, lacks in missing.items() if lacks} == {}


def unpinned(imports: list[Import], pinned: set[str]) -> list[str]:
    """Imports of other people's packages which none of the pinned distributions brings."""
    brings = packages_distributions()
    theirs = [found for found in imports if found.top not in {*sys.stdlib_module_names, *OURS, "tests", "__future__"}]
    return [str(found) for found in theirs if not {normalised(name) for name in brings.get(found.top, [])} & pinned]


def test_serving_pins_all_that_the_server_and_the_pipeline_import() -> None:
    assert unpinned(imports_of("app", "pipeline", "training/phantom"), {*pins(SERVE), *pins(ONNX)}) == []


def test_everything_pins_all_that_models_and_training_import() -> None:
    assert unpinned(imports_of("models", "training"), set(pins(ALL))) == []


def test_development_pins_all_that_the_tests_import() -> None:
    assert unpinned(imports_of("tests"), {*pins(ALL), *pins(DEV), *pins(FRONTEND)}) == []
