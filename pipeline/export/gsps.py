"""Presentation state: outlines and captions that a viewer draws over the untouched image. DICOM PS3.3 A.33.1."""

from __future__ import annotations

import numpy as np
from highdicom import PresentationLUTTransformation
from highdicom.color import CIELabColor
from highdicom.pr import GraphicAnnotation, GraphicLayer, GraphicObject, GrayscaleSoftcopyPresentationState, TextObject
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.dicom_values import items, number, numbers, text, values_of
from pipeline.document import DISCLAIMER
from pipeline.export.content import outline_points
from pipeline.export.result import Result, described, equipment, finished
from pipeline.finding import Finding, Kind
from pipeline.overlay import COLOURS, caption

LAYER = "MAMMOSCOPE"
GREY = (
    "ModalityLUTSequence", "RescaleSlope", "RescaleIntercept", "RescaleType", "VOILUTSequence", "WindowCenter",
    "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction",
)  # fmt: skip


def gsps(result: Result) -> Dataset:
    """Modality and VOI LUT are the image's own: what a presentation state leaves out would count as identity."""
    image, grey = described(result.source), _grey_transformations(result.source.dataset)
    for keyword in GREY:
        image.pop(keyword, None)  # added below: highdicom takes only some of the forms that files have
    layer = GraphicLayer(LAYER, 1, DISCLAIMER, CIELabColor.from_rgb(*COLOURS[Kind.MASS]))
    outlines = [_outline(result, number, finding) for number, finding in result.findings]
    captions = [_caption(result, number, finding) for number, finding in result.findings]
    marks = GraphicAnnotation(
        referenced_images=[image],
        graphic_layer=layer,
        graphic_objects=outlines or None,
        text_objects=[*captions, _footer()],
    )
    made = GrayscaleSoftcopyPresentationState(
        referenced_images=[image],
        content_label="MAMMOSCOPE",
        content_description=DISCLAIMER,
        graphic_layers=[layer],
        graphic_annotations=[marks],
        presentation_lut_transformation=PresentationLUTTransformation(_presentation_lut_shape(image)),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **equipment(result),
    )
    made.update(grey)
    _show_the_whole_image(made, result)
    made.Laterality = ""  # one series for both breasts
    made.PresentationCreationDate, made.PresentationCreationTime = result.day, result.moment
    return finished(made, result)


def _outline(result: Result, number: int, finding: Finding) -> GraphicObject:
    identifier, uid = result.tracking(number)
    points = outline_points(finding, result.rows, result.columns)
    return GraphicObject("POLYLINE", points, "PIXEL", tracking_id=identifier, tracking_uid=uid)


def _caption(result: Result, number: int, finding: Finding) -> TextObject:
    identifier, uid = result.tracking(number)
    points = outline_points(finding, result.rows, result.columns)
    anchor = points[np.argmin(points[:, 1])]  # the highest point of the outline
    at = (float(anchor[0]), float(anchor[1]))
    return TextObject(caption(number, finding), "PIXEL", anchor_point=at, tracking_id=identifier, tracking_uid=uid)


def _footer() -> TextObject:
    """Along the lower edge of what is displayed."""
    return TextObject(DISCLAIMER, "DISPLAY", bounding_box=(0.0, 0.96, 1.0, 1.0), text_justification="LEFT")


def _grey_transformations(image: Dataset) -> Dataset:
    """The image's modality and VOI LUT as a state says them: one table, else one window (PS3.3 C.11.1 and C.11.8)."""
    made, voi = Dataset(), Dataset()
    if items(image, "ModalityLUTSequence"):
        made.ModalityLUTSequence = [items(image, "ModalityLUTSequence")[0]]
    elif number(image, "RescaleSlope") is not None and number(image, "RescaleIntercept") is not None:
        made.add(image["RescaleSlope"])
        made.add(image["RescaleIntercept"])
        made.RescaleType = text(image, "RescaleType") or "US"
    if items(image, "VOILUTSequence"):
        voi.VOILUTSequence = [items(image, "VOILUTSequence")[0]]
    elif numbers(image, "WindowCenter") and (number(image, "WindowWidth") or 0) > 0:
        voi.WindowCenter, voi.WindowWidth = values_of(image, "WindowCenter")[0], values_of(image, "WindowWidth")[0]
        voi.VOILUTFunction = text(image, "VOILUTFunction") or "LINEAR"
    if len(voi) > 0:
        made.SoftcopyVOILUTSequence = [voi]
    return made


def _presentation_lut_shape(image: Dataset) -> str:
    """The state's own shape says what inverts, not the image's photometric interpretation (PS3.4 N.2.1.3)."""
    is_negative = text(image, "PhotometricInterpretation") == "MONOCHROME1"
    return "INVERSE" if is_negative or text(image, "PresentationLUTShape") == "INVERSE" else "IDENTITY"


def _show_the_whole_image(made: Dataset, result: Result) -> None:
    area = made.DisplayedAreaSelectionSequence[0]
    area.pop("PixelOriginInterpretation", None)  # for tiled images only
    spacing_mm = result.analysis.mammogram.spacing_mm
    if spacing_mm is not None and spacing_mm[0] != spacing_mm[1]:
        area.PresentationPixelAspectRatio = [round(side * 1e6) for side in spacing_mm]  # vertical, horizontal
