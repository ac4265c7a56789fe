"""Side and view of a mammogram, and what its header warns of."""

from __future__ import annotations

from pydicom import Dataset

from pipeline.dicom_codes import MODIFIERS, SIDES, SPECIMEN, VIEWS
from pipeline.dicom_values import items, text, values_of
from pipeline.mammogram import Laterality


def laterality_of(dataset: Dataset) -> Laterality | None:
    """The first side told by Image Laterality (0020,0062), Frame Laterality (0020,9072), Laterality (0020,0060), a View
    Position such as LMLO, or a coded region, structure or view; None for both sides or nothing.
    """
    for keyword in ("ImageLaterality", "FrameLaterality", "Laterality"):
        if found := text(dataset, keyword):
            return _side(found)
    return _side(_view_position(dataset)[0] or _coded_side(dataset))


def _side(found: str) -> Laterality | None:
    return Laterality(found) if found in ("L", "R") else None


def _coded_side(dataset: Dataset) -> str:
    regions = items(dataset, "AnatomicRegionSequence") + items(dataset, "PrimaryAnatomicStructureSequence")
    modifiers = ("AnatomicRegionModifierSequence", "PrimaryAnatomicStructureModifierSequence")
    codes = [*regions, *(code for place in (*regions, dataset) for name in modifiers for code in items(place, name))]
    for view in items(dataset, "ViewCodeSequence"):
        codes += items(view, "ViewModifierCodeSequence")
    sides = {SIDES[value] for code in codes if (value := text(code, "CodeValue")) in SIDES}
    return sides.pop() if len(sides) == 1 else ""


def _view_position(dataset: Dataset) -> tuple[str, str]:
    """Side and view of View Position (0018,5101); some senders write LMLO or R-CC, most the view alone."""
    position = text(dataset, "ViewPosition")
    view = position[1:].lstrip(" -_")
    if position[:1] in ("L", "R") and position not in VIEWS.values() and view in VIEWS.values():
        return position[0], view
    return "", position


def view_of(dataset: Dataset) -> str | None:
    """View Position (0018,5101), else View Code Sequence (0054,0220) as abbreviation or code meaning."""
    position = _view_position(dataset)[1]
    if position:
        return position
    for code in items(dataset, "ViewCodeSequence"):
        return VIEWS.get(text(code, "CodeValue")) or text(code, "CodeMeaning").lower() or None
    return None


def view_is_coded_as_mammographic(dataset: Dataset) -> bool:
    return any(text(code, "CodeValue") in VIEWS for code in items(dataset, "ViewCodeSequence"))


def is_specimen(dataset: Dataset) -> bool:
    return any(text(code, "CodeValue") in SPECIMEN for code in items(dataset, "ViewCodeSequence"))


def is_synthetic(dataset: Dataset) -> bool:
    """A 2D picture computed from tomosynthesis: Image Type (0008,0008), PS3.3 C.8.11.7.1.4 and C.8.21.3."""
    words = {str(value).strip().upper() for value in values_of(dataset, "ImageType")}
    return bool(words & {"TOMO_2D", "GENERATED_2D"})


def view_warnings(dataset: Dataset) -> tuple[str, ...]:
    """What makes this another picture than those the models have been judged on."""
    special = tuple(f"Special view ({name}): the models were not trained on such images." for name in _special(dataset))
    return special + _picture_warnings(dataset)


def _special(dataset: Dataset) -> list[str]:
    views = items(dataset, "ViewCodeSequence")
    codes = [code for place in (*views, dataset) for code in items(place, "ViewModifierCodeSequence")]
    values = [text(code, "CodeValue") for code in codes]
    found = list(dict.fromkeys(MODIFIERS[value] for value in values if value in MODIFIERS))
    if text(dataset, "BreastImplantPresent") == "YES" and "implant displaced" not in found:
        found.append("breast implant present")
    if text(dataset, "PartialView") == "YES" and not any("partial" in name for name in found):
        found.append("partial view")
    return found


def _picture_warnings(dataset: Dataset) -> tuple[str, ...]:
    warnings = []
    if is_synthetic(dataset):
        warnings.append("Synthetic 2D image from tomosynthesis: the models were made for acquired 2D mammograms.")
    if text(dataset, "ContrastBolusAgent"):
        warnings.append("Contrast agent (0018,0010) is named: the models were made for images without contrast.")
    if text(dataset, "BurnedInAnnotation") == "YES":
        warnings.append("Burned In Annotation (0028,0301) is YES: letters in the picture may be taken for findings.")
    if text(dataset, "PatientOrientation")[:1] in ("F", "H", "L", "R"):
        warnings.append("Patient Orientation (0020,0020): the chest wall is not at the left or right; turn the image.")
    return tuple(warnings)
