"""The sentences of the report."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.document import DISCLAIMER
from pipeline.finding import Kind, SecondOpinion

TITLE = "Mammogram reading aid: report"
NO_PATIENT = "This file holds no patient identifiers. Place the patient's label here:"
NO_FINDING = "No region reached the confidence named above. This does not rule out cancer."
ASSUMED = (
    "Outer/inner or upper/lower: the picture is taken to be hung as usual, its upper edge lateral (CC) or superior."
)
FINAL = "Only the reader's assessment below counts. It is the reader's own, made on the original images."
NOTICE = f"{DISCLAIMER} Not for diagnosis."

# ACR BI-RADS Atlas, 5th edition: a "cluster" is spoken of as a grouped distribution of calcifications.
KINDS = {Kind.MASS: "Mass", Kind.CALCIFICATION_CLUSTER: "Grouped calcifications"}
VIEWS = {
    "CC": "craniocaudal (CC)",
    "MLO": "mediolateral oblique (MLO)",
    "ML": "mediolateral (ML)",
    "LM": "lateromedial (LM)",
    "LMO": "lateromedial oblique (LMO)",
    "XCCL": "craniocaudal, laterally exaggerated (XCCL)",
    "XCCM": "craniocaudal, medially exaggerated (XCCM)",
    "SIO": "superoinferior oblique (SIO)",
    "FB": "from below (FB)",
}
SIDES = {"L": "Left breast", "R": "Right breast"}

MEANINGS = (
    "Confidence is the detector's own score. It orders the regions and is not a probability of cancer.",
    "Malignant is the estimated, calibrated probability that the mark is a malignant mass, so a faint mark gets "
    "less; in training an assessment of BI-RADS 4 or above stood in for malignancy. It is an opinion about images, "
    "not a biopsy.",
    "Masking tells how much dense tissue could hide a mass; in training breast density stood in for it "
    "(A low, B medium, C and D high).",
    "Cancer probability is estimated for this one view alone and is not the patient's risk.",
    "Location: from this view, measured from the chest wall and the most anterior point of the breast, which the "
    "nipple is taken to be; thirds of the depth. Size: longest axis of the outline. Both are divided by the "
    "magnification, where the image names one.",
)

SECOND = (
    "Second: what another network, which sees the mass with its surroundings, estimates of the same; it disagrees "
    "where the two lie on different sides of their own operating points."
)

HEADS = ("No.", "Finding", "Location", "Size", "Confidence", "Malignant")
COMPOSITION = ("a", "b", "c", "d")
CATEGORIES = ("0", "1", "2", "3", "4A", "4B", "4C", "5", "6")


def percent(share: float) -> str:
    """ "71 %"; never "100 %" or "0 %" for what is not quite certain."""
    rounded = round(share * 100)
    if rounded == 100 and share < 1:
        return "> 99 %"
    return "< 1 %" if rounded == 0 and share > 0 else f"{rounded} %"


def malignant_words(malignant: float | None, second: SecondOpinion | None) -> str:
    """ "71 %", or "71 %; second 40 %, disagrees"; "" where nothing was estimated."""
    if malignant is None or second is None:
        return "" if malignant is None else percent(malignant)
    return f"{percent(malignant)}; second {percent(second.malignant)}{', disagrees' * second.disagrees}"


def masking_words(masking: Mapping[str, object] | None, probabilities: Mapping[str, float]) -> str:
    if masking is None:
        return "not estimated"
    shares = ", ".join(f"{level} {percent(share)}" for level, share in probabilities.items())
    return f"{masking['level']} ({shares})"


def threshold_words(least: float) -> str:
    return f"Regions with a confidence of {least:g} or more are shown."


def left_out_words(below: int, beyond: int) -> str:
    parts = []
    if beyond:
        parts.append(f"{beyond} more of this confidence are in the result document, not on this page.")
    if below:
        parts.append(f"{below} below this confidence {'is' if below == 1 else 'are'} not shown.")
    return " ".join(parts)
