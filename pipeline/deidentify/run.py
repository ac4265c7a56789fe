"""Bytes of one mammogram -> bytes without what names anyone, and what a person should still look at."""

from __future__ import annotations

import io
from dataclasses import dataclass

from pydicom import Dataset, FileDataset, dcmread, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from pipeline.deidentify.apply import METHOD, Rules
from pipeline.deidentify.identifiers import identifiers_of
from pipeline.deidentify.options import Options
from pipeline.deidentify.pixels import blank_outside_the_breast
from pipeline.deidentify.pseudonyms import Pseudonyms
from pipeline.dicom_values import integer, text, values_of
from pipeline.errors import PipelineError, UnreadableImage, UnsupportedImage
from pipeline.mammogram import Mammogram
from pipeline.read import MAX_PIXELS, kind_of, read
from pipeline.read_quietly import quietly

IMPLEMENTATION = UID("2.25.302815367013208451213424410364209614829")
SHORTEST_IN_PIXELS = 8  # letters of a name looked for in a compressed stream: fewer might occur by chance


class StillIdentifying(PipelineError):
    """After everything a name or number of the patient is still in the bytes, so they are not given."""

    code = "still_identifying"


@dataclass(frozen=True)
class Deidentified:
    sop_instance_uid: str  # the new one
    data: bytes
    warnings: tuple[str, ...]  # in words, without anything of the original


def deidentify(data: bytes, key: bytes, options: Options | None = None, max_pixels: int = MAX_PIXELS) -> Deidentified:
    """One key for all files whose references to each other, patients and intervals are to stay together.

    Raises what pipeline.read raises for files that are no mammograms, UnsupportedImage for other kinds of file, and
    StillIdentifying.
    """
    options = options or Options()
    mammogram = read(data, max_pixels)  # only what we can read do we know to hold one image and no document
    if kind_of(data) != "DICOM":
        raise UnsupportedImage(
            "Only DICOM files are de-identified; pictures of other kinds hold no attributes to go by."
        )
    try:
        with quietly():
            return _deidentified(data, mammogram, key, options)
    except PipelineError:
        raise
    except Exception:  # a damaged header may make pydicom raise anything, with the patient's data in its words
        raise UnreadableImage("The DICOM header is damaged and cannot be written again.") from None


def _deidentified(data: bytes, mammogram: Mammogram, key: bytes, options: Options) -> Deidentified:
    original = dcmread(io.BytesIO(data), force=True)
    rules = Rules(options, Pseudonyms(key), identifiers_of(original), patient_of(original))
    made = rules.applied(original)
    say_what_was_done(made, options)
    made.file_meta = _file_meta(made, _syntax(original))
    if options.clean_pixels:
        original.file_meta = made.file_meta
        blank_outside_the_breast(made, original, mammogram)
    _cut_padding(made)
    written = _written(made)
    _look_once_more(made, rules)
    return Deidentified(str(made.SOPInstanceUID), written, _warnings(original, options))


def patient_of(original: Dataset) -> str:
    """Patient ID and its issuer; without one the study, so that two patients without ID never become one."""
    issuer, id_, study = (
        " ".join(str(value).strip() for value in values_of(original, keyword))
        for keyword in ("IssuerOfPatientID", "PatientID", "StudyInstanceUID")
    )
    return f"{issuer}\0{id_}" if id_ else study


def say_what_was_done(made: Dataset, options: Options) -> None:
    """DICOM PS3.15 E.1.1."""
    made.PatientIdentityRemoved = "YES"
    made.DeidentificationMethod = METHOD
    made.DeidentificationMethodCodeSequence = [_code(value, meaning) for value, meaning in options.codes()]
    made.LongitudinalTemporalInformationModified = options.dates.value
    made.SpecificCharacterSet = "ISO_IR 192"


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


def _syntax(original: FileDataset) -> UID:
    """As the file says, or as its bytes have told."""
    named = getattr(getattr(original, "file_meta", None), "TransferSyntaxUID", None)
    if named:
        return UID(named)
    is_implicit, is_little_endian = original.original_encoding
    explicit = ExplicitVRLittleEndian if is_little_endian else ExplicitVRBigEndian
    return ImplicitVRLittleEndian if is_implicit else explicit


def _file_meta(made: Dataset, syntax: UID) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    meta.ImplementationClassUID, meta.ImplementationVersionName = IMPLEMENTATION, "MAMMOSCOPE"
    return meta


def _cut_padding(made: Dataset) -> None:
    """Uncompressed pixels end where rows and columns say; whatever came behind is not the image."""
    if made.file_meta.TransferSyntaxUID.is_compressed and not made.file_meta.TransferSyntaxUID.is_deflated:
        return
    length = integer(made, "Rows") * integer(made, "Columns") * integer(made, "BitsAllocated") // 8
    made["PixelData"].value = made.PixelData[:length] + b"\0" * (length % 2)


def _written(made: Dataset) -> bytes:
    stream = io.BytesIO()
    dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def _look_once_more(made: Dataset, rules: Rules) -> None:
    pixels = made.PixelData
    header = Dataset({tag: made[tag] for tag in made.keys() if tag.group != 0x0012})  # noqa: SIM118  # our own words
    del header["PixelData"]
    header.file_meta = _file_meta(made, ExplicitVRLittleEndian)  # not deflated, so that words can be found
    if rules.identifiers.stand_in_bytes(_written(header)):
        raise StillIdentifying("A name or number of the patient stands in an attribute that cannot be left out.")
    if made.file_meta.TransferSyntaxUID.is_encapsulated and rules.identifiers.stand_in_bytes(
        pixels, SHORTEST_IN_PIXELS
    ):
        raise StillIdentifying("A name or number of the patient stands in the compressed image; use --clean-pixels.")


def _warnings(original: Dataset, options: Options) -> tuple[str, ...]:
    if options.clean_pixels:
        return ("Everything outside the breast is blank; look for letters over the breast itself.",)
    said = text(original, "BurnedInAnnotation")
    if said == "NO":
        return ()
    tells = "says that letters are burnt in" if said == "YES" else "does not say whether letters are burnt in"
    return (f"Burned In Annotation (0028,0301) {tells}: look at the picture, or use --clean-pixels.",)
