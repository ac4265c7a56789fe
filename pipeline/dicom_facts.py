"""Side, view and pixel spacing of a mammogram, and what its view modifiers warn of."""

from __future__ import annotations

from pydicom import Dataset

from pipeline.dicom_values import items, number, numbers, text
from pipeline.mammogram import Laterality

# Code Value (SCT, and SRT of older machines) -> ACR MQCM 1999 abbreviation. DICOM PS3.16 CID 4014.
VIEWS = {
    "399260004": "ML",
    "R-10224": "ML",
    "399368009": "MLO",
    "R-10226": "MLO",
    "399352003": "LM",
    "R-10228": "LM",
    "399099002": "LMO",
    "R-10230": "LMO",
    "399162004": "CC",
    "R-10242": "CC",
    "399196006": "FB",
    "R-10244": "FB",
    "399188001": "SIO",
    "R-102D0": "SIO",
    "441555000": "ISO",
    "R-40AAA": "ISO",
    "399192008": "XCCL",
    "R-1024A": "XCCL",
    "399101009": "XCCM",
    "R-1024B": "XCCM",
    "399265009": "XCC",
    "R-102CF": "XCC",
}
# Modifiers that change what the picture shows so much that results on it are doubtful. DICOM PS3.16 CID 4015.
MODIFIERS = {
    "399209000": "implant displaced",
    "R-102D5": "implant displaced",
    "399055006": "spot compression",
    "R-102D7": "spot compression",
    "399163009": "magnification",
    "R-102D6": "magnification",
}
NOTABLE_MAGNIFICATION = 1.2  # contact views have 1.0 to 1.1


def laterality_of(dataset: Dataset) -> Laterality | None:
    """Image Laterality (0020,0062), else Laterality (0020,0060); None for both sides or nothing."""
    found = text(dataset, "ImageLaterality") or text(dataset, "Laterality")
    return Laterality(found) if found in ("L", "R") else None


def view_of(dataset: Dataset) -> str | None:
    """View Position (0018,5101), else View Code Sequence (0054,0220) as abbreviation or code meaning."""
    position = text(dataset, "ViewPosition")
    if position:
        return position
    for code in items(dataset, "ViewCodeSequence"):
        return VIEWS.get(text(code, "CodeValue")) or text(code, "CodeMeaning").lower() or None
    return None


def view_is_coded_as_mammographic(dataset: Dataset) -> bool:
    return any(text(code, "CodeValue") in VIEWS for code in items(dataset, "ViewCodeSequence"))


def spacing_of(dataset: Dataset) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """(row, column) in mm at the detector and what to warn of. DICOM PS3.3 10.7.1 tells the attributes apart.

    Imager Pixel Spacing (0018,1164) is at the detector. Pixel Spacing (0028,0030) without a calibration type is taken
    to be so too; with one (GEOMETRY, FIDUCIAL) it lies somewhere in the breast and is not used.
    """
    imager = _spacing(dataset, "ImagerPixelSpacing")
    if imager:
        return imager, _magnification_warning(dataset)
    plain = _spacing(dataset, "PixelSpacing")
    if plain and not text(dataset, "PixelSpacingCalibrationType"):
        said = "Imager Pixel Spacing (0018,1164) is missing: Pixel Spacing (0028,0030) was used in its place."
        return plain, (said, *_magnification_warning(dataset))
    return None, ("Imager Pixel Spacing (0018,1164) is missing: sizes in millimetres are not given.",)


def _spacing(dataset: Dataset, keyword: str) -> tuple[float, float] | None:
    found = numbers(dataset, keyword)
    return (found[0], found[1]) if len(found) == 2 and all(0 < side < 10 for side in found) else None


def _magnification_warning(dataset: Dataset) -> tuple[str, ...]:
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    if factor is None or factor < NOTABLE_MAGNIFICATION:
        return ()
    return (f"Magnification factor (0018,1114) {factor:g}: sizes are at the detector, that many times too large.",)


def view_warnings(dataset: Dataset) -> tuple[str, ...]:
    """Implants, spot compression and magnification: the models have not been judged on such images."""
    views = items(dataset, "ViewCodeSequence")
    codes = [text(code, "CodeValue") for view in views for code in items(view, "ViewModifierCodeSequence")]
    found = list(dict.fromkeys(MODIFIERS[code] for code in codes if code in MODIFIERS))
    if text(dataset, "BreastImplantPresent") == "YES" and "implant displaced" not in found:
        found.append("breast implant present")
    return tuple(f"Special view ({name}): the models were not trained on such images." for name in found)
