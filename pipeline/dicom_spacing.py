"""How large a pixel is: at the detector, and in the breast. DICOM PS3.3 10.7.1."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom import Dataset

from pipeline.dicom_values import number, numbers, text

Pair = tuple[float, float]

LARGEST_MAGNIFICATION = 4.0  # magnification stands give 1.5 to 2; what lies beyond is a slip
NOTABLE_MAGNIFICATION = 1.2  # contact views have 1.0 to 1.1
SPACING_MISSING = "Imager Pixel Spacing (0018,1164) is missing: sizes in millimetres are not given."


@dataclass(frozen=True)
class Spacing:
    """`at_detector` is (row, column) in mm; in the breast a pixel is `magnification` times smaller."""

    at_detector: Pair | None
    magnification: float = 1.0
    warnings: tuple[str, ...] = ()


def spacing_of(dataset: Dataset) -> Spacing:
    """Imager Pixel Spacing (0018,1164), else Nominal Scanned Pixel Spacing (0018,2010), else Pixel Spacing (0028,0030).

    The first is at the detector and the second on the film. Pixel Spacing is taken for the same where it carries no
    calibration type, and for that of the breast where the sender corrected it for GEOMETRY; one that was calibrated
    by a FIDUCIAL holds at the depth of that object only and is not used.
    """
    imager = _spacing(dataset, "ImagerPixelSpacing")
    if imager:
        return _at_detector(dataset, imager)
    film = _spacing(dataset, "NominalScannedPixelSpacing")
    if film:
        return _at_detector(dataset, film, _used_instead("Nominal Scanned Pixel Spacing (0018,2010)"))
    plain, calibration = _spacing(dataset, "PixelSpacing"), text(dataset, "PixelSpacingCalibrationType")
    if plain and calibration == "GEOMETRY":  # the division by the magnification has been done
        return Spacing(plain, 1.0, (_used_instead("Pixel Spacing (0028,0030), corrected by its sender,"),))
    if plain and not calibration:
        return _at_detector(dataset, plain, _used_instead("Pixel Spacing (0028,0030)"))
    return Spacing(None, 1.0, (SPACING_MISSING,))


def _used_instead(other: str) -> str:
    return f"Imager Pixel Spacing (0018,1164) is missing: {other} was used in its place."


def _at_detector(dataset: Dataset, spacing: Pair, *warnings: str) -> Spacing:
    factor = _magnification(dataset, spacing)
    if factor >= NOTABLE_MAGNIFICATION:
        said = f"Magnification factor (0018,1114) {factor:.3g}: sizes in millimetres were divided by it."
        warnings = (*warnings, said)
    return Spacing(spacing, factor, warnings)


def _magnification(dataset: Dataset, at_detector: Pair) -> float:
    """Estimated Radiographic Magnification Factor (0018,1114), else what a GEOMETRY correction amounts to, else 1."""
    factor = number(dataset, "EstimatedRadiographicMagnificationFactor")
    corrected = _spacing(dataset, "PixelSpacing")
    if factor is None and corrected and text(dataset, "PixelSpacingCalibrationType") == "GEOMETRY":
        factor = at_detector[0] / corrected[0]
    return factor if factor is not None and 1 < factor <= LARGEST_MAGNIFICATION else 1.0


def _spacing(dataset: Dataset, keyword: str) -> Pair | None:
    found = numbers(dataset, keyword)
    return (found[0], found[1]) if len(found) == 2 and all(0 < side < 10 for side in found) else None
