"""The header of an image -> the header its results may name when they leave without the patient."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.deidentify.apply import Rules
from pipeline.deidentify.identifiers import identifiers_of
from pipeline.deidentify.options import Options
from pipeline.deidentify.pixels import breast_with_rim
from pipeline.deidentify.pseudonyms import Pseudonyms
from pipeline.deidentify.run import patient_of, say_what_was_done
from pipeline.errors import UnsupportedImage
from pipeline.export.source import SourceHeaders
from pipeline.mammogram import Mammogram
from pipeline.read_quietly import quietly


def deidentified_headers(source: SourceHeaders, key: bytes, options: Options | None = None) -> SourceHeaders:
    """With the UIDs and patient ID that deidentify() gives the image itself under the same key, so that results made
    from it refer to that."""
    options = options or Options()
    with quietly():
        rules = Rules(options, Pseudonyms(key), identifiers_of(source.dataset), patient_of(source.dataset))
        made = rules.applied(source.dataset)
        say_what_was_done(made, options)
    return SourceHeaders(made)


def without_surroundings(mammogram: Mammogram) -> Mammogram:
    """Black outside the breast, where labels are burnt in; as it is where no breast is found."""
    try:
        inside = breast_with_rim(mammogram.pixels)
    except UnsupportedImage:
        return mammogram
    return replace(mammogram, pixels=np.where(inside, mammogram.pixels, np.float32(0)))
