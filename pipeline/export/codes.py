"""Every coded term we write, with its scheme and meaning. DICOM PS3.16 annexes B (context groups) and D (DCM)."""

from __future__ import annotations

from pydicom.sr.coding import Code

from pipeline.finding import Kind, MaskingLevel
from pipeline.mammogram import Laterality

OWN_SCHEME = "99MAMMOSCOPE"  # private: begins with 99 (PS3.16 8.2); declared in Coding Scheme Identification Sequence
OWN_SCHEME_NAME = "Mammoscope local codes"
OWN_SCHEME_ORGANIZATION = "Mammoscope, research and demonstration software"


def dcm(value: str, meaning: str) -> Code:
    return Code(value, "DCM", meaning)


def sct(value: str, meaning: str) -> Code:
    return Code(value, "SCT", meaning)


def own(value: str, meaning: str) -> Code:
    return Code(value, OWN_SCHEME, meaning)


# Documents and their parts
MAMMOGRAPHY_CAD_REPORT = dcm("111036", "Mammography CAD Report")
IMAGING_MEASUREMENT_REPORT = dcm("126000", "Imaging Measurement Report")
LANGUAGE = dcm("121049", "Language of Content Item and Descendants")
ENGLISH = Code("en", "RFC5646", "English")
IMAGE_LIBRARY = dcm("111028", "Image Library")
DEVICE = dcm("121007", "Device")
COMMENT = dcm("121106", "Comment")
MAMMOGRAPHY = sct("71651007", "Mammography")
SOURCE_IMAGE = dcm("121322", "Source image for image processing operation")  # CID 7202

# An image of the library: TID 4020
IMAGE_LATERALITY = dcm("111027", "Image Laterality")
IMAGE_VIEW = dcm("111031", "Image View")
IMAGE_VIEW_MODIFIER = dcm("111032", "Image View Modifier")
ORIENTATION_ROW = dcm("111044", "Patient Orientation Row")
ORIENTATION_COLUMN = dcm("111043", "Patient Orientation Column")
STUDY_DATE = dcm("111060", "Study Date")
STUDY_TIME = dcm("111061", "Study Time")
CONTENT_DATE = dcm("111018", "Content Date")
CONTENT_TIME = dcm("111019", "Content Time")
HORIZONTAL_SPACING = dcm("111026", "Horizontal Pixel Spacing")
VERTICAL_SPACING = dcm("111066", "Vertical Pixel Spacing")
FRAME_OF_REFERENCE = dcm("112227", "Frame of Reference UID")
PIXEL_ROWS = dcm("110910", "Pixel Data Rows")
PIXEL_COLUMNS = dcm("110911", "Pixel Data Columns")

BREAST = sct("76752008", "Breast")
SIDES = {  # CID 247
    Laterality.LEFT: sct("7771000", "Left"),
    Laterality.RIGHT: sct("24028007", "Right"),
}
BREASTS = {  # CID 6022
    Laterality.LEFT: sct("80248007", "Left breast"),
    Laterality.RIGHT: sct("73056007", "Right breast"),
}
VIEWS = {  # CID 4014, by ACR abbreviation
    "CC": sct("399162004", "cranio-caudal"),
    "MLO": sct("399368009", "medio-lateral oblique"),
    "ML": sct("399260004", "medio-lateral"),
    "LM": sct("399352003", "latero-medial"),
    "LMO": sct("399099002", "latero-medial oblique"),
    "FB": sct("399196006", "caudo-cranial (from below)"),
    "SIO": sct("399188001", "superolateral to inferomedial oblique"),
    "ISO": sct("441555000", "inferomedial to superolateral oblique"),
    "XCC": sct("399265009", "exaggerated cranio-caudal"),
    "XCCL": sct("399192008", "cranio-caudal exaggerated laterally"),
    "XCCM": sct("399101009", "cranio-caudal exaggerated medially"),
}

# Findings. On one view a mass is a density: "mass" takes two views, so CID 6014 has the density alone.
SINGLE_IMAGE_FINDINGS = {  # CID 6014
    Kind.MASS: sct("129793001", "Mammography breast density"),
    Kind.CALCIFICATION_CLUSTER: sct("129769006", "Calcification Cluster"),
}
FINDINGS = {  # CID 7159 for the mass
    Kind.MASS: sct("4147007", "Mass"),
    Kind.CALCIFICATION_CLUSTER: sct("129769006", "Calcification Cluster"),
}
MORPHOLOGICALLY_ABNORMAL = sct("49755003", "Morphologically Abnormal Structure")  # CID 7150

# Mammography CAD: TID 4000 to 4023
FINDINGS_SUMMARY = dcm("111017", "CAD Processing and Findings Summary")
WITHOUT_FINDINGS = dcm("111241", "All algorithms succeeded; without findings")
WITH_FINDINGS = dcm("111242", "All algorithms succeeded; with findings")
IMPRESSION_DESCRIPTION = dcm("111033", "Impression Description")
INDIVIDUAL_IMPRESSION = dcm("111034", "Individual Impression/Recommendation")
RENDERING_INTENT = dcm("111056", "Rendering Intent")
PRESENTATION_REQUIRED = dcm("111150", "Presentation Required: Rendering device is expected to present")
PRESENTATION_OPTIONAL = dcm("111151", "Presentation Optional: Rendering device may present")
SINGLE_IMAGE_FINDING = dcm("111059", "Single Image Finding")
TRACKING_IDENTIFIER = dcm("112039", "Tracking Identifier")
TRACKING_UID = dcm("112040", "Tracking Unique Identifier")
CERTAINTY_OF_FINDING = dcm("111012", "Certainty of Finding")
PROBABILITY_OF_CANCER = dcm("111047", "Probability of cancer")
LESION_SENSITIVITY = dcm("111089", "Lesion Sensitivity")
CENTER = dcm("111010", "Center")
OUTLINE = dcm("111041", "Outline")
SUMMARY_OF_DETECTIONS = dcm("111064", "Summary of Detections")
SUMMARY_OF_ANALYSES = dcm("111065", "Summary of Analyses")
SUCCEEDED = dcm("111222", "Succeeded")
NOT_ATTEMPTED = dcm("111225", "Not Attempted")
SUCCESSFUL_DETECTIONS = dcm("111063", "Successful Detections")
SUCCESSFUL_ANALYSES = dcm("111062", "Successful Analyses")
DETECTION_PERFORMED = dcm("111022", "Detection Performed")
ANALYSIS_PERFORMED = dcm("111004", "Analysis Performed")
OF_INDIVIDUAL_FINDINGS = dcm("111233", "Individual Impression/Recommendation Analysis")
OF_THE_WHOLE = dcm("111234", "Overall Impression/Recommendation Analysis")
ALGORITHM_NAME = dcm("111001", "Algorithm Name")
ALGORITHM_VERSION = dcm("111003", "Algorithm Version")
OPERATING_POINT = dcm("111071", "CAD Operating Point")
OPERATING_POINT_DESCRIPTION = dcm("111081", "CAD Operating Point Description")
MAXIMUM_OPERATING_POINT = dcm("111072", "Maximum CAD Operating Point")
RECOMMENDED_OPERATING_POINT = dcm("111092", "Recommended CAD Operating Point")
OPERATING_POINT_TABLE = dcm("111093", "CAD Operating Point Table")
X_CONCEPT = dcm("122698", "X-Concept")
Y_CONCEPT = dcm("122699", "Y-Concept")

# Measurements and units
LONG_AXIS = sct("103339001", "Long Axis")
AREA = sct("42798000", "Area")
CONFIDENCE = own("confidence", "Detector confidence, 0 to 1, not a probability")
FOUND = own("findings", "Number of findings of the confidence asked for")
MASKING = own("masking", "Masking by dense tissue")
MASKING_LEVELS = {
    MaskingLevel.LOW: own("masking-low", "Low: little dense tissue could hide a mass"),
    MaskingLevel.MEDIUM: own("masking-medium", "Medium: dense tissue could hide a mass"),
    MaskingLevel.HIGH: own("masking-high", "High: much dense tissue could hide a mass"),
}
ARTIFICIAL_INTELLIGENCE = dcm("123110", "Artificial Intelligence")  # CID 7162
MILLIMETRE = Code("mm", "UCUM", "millimeter")
SQUARE_MILLIMETRE = Code("mm2", "UCUM", "square millimeter")
PERCENT = Code("%", "UCUM", "Percent")
NO_UNITS = Code("1", "UCUM", "no units")
PIXELS = Code("{pixels}", "UCUM", "pixels")
ARBITRARY_UNIT = Code("[arb'U]", "UCUM", "arbitrary unit")


def range_of(first: int, last: int) -> Code:
    """The unit of an operating point, as in ({0:3}, UCUM, "range: 0:3")."""
    return Code(f"{{{first}:{last}}}", "UCUM", f"range: {first}:{last}")
