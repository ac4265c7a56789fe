"""What the shipped weights say of one phantom. `python -m tests.flow.golden` writes it anew: read the difference."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pipeline.analyze import analyze
from pipeline.document import to_document
from pipeline.models import load_models
from pipeline.read import read
from training.phantom import Phantom, draw_phantom
from training.phantom.dicom import dicom_bytes

GOLDEN = Path(__file__).with_name("golden.json")


def phantom() -> Phantom:
    return draw_phantom(16, size=(1664, 1280), masses=2, clusters=0)


def document() -> dict[str, Any]:
    """The whole way, from the bytes of a DICOM file to the document, without what changes from run to run."""
    found = to_document(analyze(read(dicom_bytes(phantom(), "MONOCHROME1")), load_models()), "phantom.dcm")
    del found["timings_ms"]
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(document(), indent=1) + "\n")
