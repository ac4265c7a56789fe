"""Which DICOM objects are mammograms we may judge. The rules, in this order, stand in docs/reading.md."""

from __future__ import annotations

from pydicom import Dataset
from pydicom.uid import UID

from pipeline.dicom_codes import VIEWS
from pipeline.dicom_facts import is_specimen, is_synthetic, laterality_of, view_is_coded_as_mammographic, view_of
from pipeline.dicom_values import integer, items, text
from pipeline.errors import UnreadableImage, UnsupportedImage
from pipeline.read_checks import check_size

MAMMOGRAPHY = ("1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.1.2.1")  # For Presentation, For Processing
VOLUMES = "1.2.840.10008.5.1.4.1.1.13.1."  # tomosynthesis and breast projections
RADIOGRAPHS = ("CR", "DX", "RG")  # mammograms were sent as these before MG, and by film scanners
CONTAINERS = ("OT", "SC", "")  # say nothing of the picture
BREAST_CODES = ("76752008", "T-04000")  # SCT, SRT
SEND_2D = "send the 2D mammogram of the study, or the synthetic 2D image."
LARGE = 1_000_000  # pixels; a film of 18 x 24 cm at 0.2 mm


def admit(dataset: Dataset, max_pixels: int) -> tuple[str, ...]:
    """What to warn of; raises UnsupportedImage or ImageTooLarge from the header alone, before anything is decoded."""
    _admit_modality(dataset)
    _admit_volume(dataset)
    if is_specimen(dataset):
        raise UnsupportedImage("A radiograph of a tissue specimen (0054,0220); send a mammogram of the breast.")
    if "PixelData" not in dataset:
        raise UnsupportedImage("The file has no Pixel Data (7FE0,0010); send the image object itself.")
    _admit_samples(dataset)
    warnings = _admit_body_part(dataset)
    check_size(integer(dataset, "Rows"), integer(dataset, "Columns"), max_pixels)
    if text(dataset, "PresentationIntentType") == "FOR PROCESSING":
        warnings += ("Raw image (FOR PROCESSING): the models were made for images FOR PRESENTATION.",)
    return warnings


def _is_mammography(dataset: Dataset) -> bool:
    sop_class = text(dataset, "SOPClassUID")
    return text(dataset, "Modality") == "MG" or sop_class in MAMMOGRAPHY or sop_class.startswith(VOLUMES)


def _admit_modality(dataset: Dataset) -> None:
    if "DirectoryRecordSequence" in dataset:
        raise UnsupportedImage("A DICOMDIR lists images and holds none; open it beside its files, or send them as ZIP.")
    modality = text(dataset, "Modality")
    if not _is_mammography(dataset) and modality not in RADIOGRAPHS + CONTAINERS:
        raise UnsupportedImage(f"Modality (0008,0060) is {modality}, not MG; send a mammogram.")


def _admit_body_part(dataset: Dataset) -> tuple[str, ...]:
    """Whether an object of another modality shows a breast."""
    if _is_mammography(dataset):
        return ()
    modality = text(dataset, "Modality")
    found = f"Modality (0008,0060) is {modality or 'missing'}, not MG"
    if says_breast(dataset):
        return (f"{found}; taken as a mammogram because other attributes say breast.",)
    body_part, view = text(dataset, "BodyPartExamined"), view_of(dataset) or ""
    if body_part or view:
        named = f"Body Part Examined (0018,0015) {body_part}" if body_part else f"view {view}"
        raise UnsupportedImage(f"{found}, and {named} is not a breast; send a mammogram.")
    if modality not in RADIOGRAPHS or integer(dataset, "Rows") * integer(dataset, "Columns") < LARGE:
        raise UnsupportedImage(f"{found}, and nothing says breast; set Body Part Examined (0018,0015) or send MG.")
    return (f"{found}, and no body part is named; taken as a mammogram because it is a large radiograph.",)


def says_breast(dataset: Dataset) -> bool:
    """The body part, the anatomic region, a coded mammographic view, or such a View Position together with a side."""
    body_part = text(dataset, "BodyPartExamined")
    if body_part:
        return "BREAST" in body_part or "MAMM" in body_part
    regions = [text(region, "CodeValue") for region in items(dataset, "AnatomicRegionSequence")]
    by_view = text(dataset, "ViewPosition") in VIEWS.values() and laterality_of(dataset) is not None
    return by_view or view_is_coded_as_mammographic(dataset) or any(region in BREAST_CODES for region in regions)


def _admit_volume(dataset: Dataset) -> None:
    frames = integer(dataset, "NumberOfFrames", default=1)
    sop_class = text(dataset, "SOPClassUID")
    if frames == 1 and is_synthetic(dataset):
        return  # some senders file the picture computed from a volume under the volume's own class
    if sop_class.startswith(VOLUMES):
        raise UnsupportedImage(f"{UID(sop_class).name} ({frames} frames); {SEND_2D}")
    if frames > 1:
        raise UnsupportedImage(f"Number of Frames (0028,0008) is {frames}; {SEND_2D}")


def _admit_samples(dataset: Dataset) -> None:
    samples, photometric = integer(dataset, "SamplesPerPixel", default=1), text(dataset, "PhotometricInterpretation")
    if samples != 1 or photometric not in ("MONOCHROME1", "MONOCHROME2"):
        found = f"{samples} samples a pixel, Photometric Interpretation (0028,0004) {photometric or 'missing'}"
        raise UnsupportedImage(f"Not a grey image: {found}; send MONOCHROME1 or MONOCHROME2.")
    allocated, stored = integer(dataset, "BitsAllocated"), integer(dataset, "BitsStored")
    if allocated not in (8, 16):
        raise UnsupportedImage(f"Bits Allocated (0028,0100) is {allocated}; send 8 or 16 bits.")
    if not 1 <= stored <= allocated:
        raise UnreadableImage(f"Bits Stored (0028,0101) is {stored}, but {allocated} are allocated; export it again.")
