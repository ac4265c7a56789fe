"""Reports and DICOM objects about an analysis."""

from __future__ import annotations

from app.openapi.parts import BINARY, GONE, ID, UNIT, Json, body, operation, parameter, problems


def reports() -> Json:
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Findings below it are left out.")
    rest = {**GONE, **problems(_400="bad_parameter", _409="not_ready: made from a finished analysis")}
    pdf = body("One page A4", "application/pdf", BINARY)
    html = body("The same, one file without scripts", "text/html")
    return {
        f"/api/v1/analyses/{{id}}/report.{ending}": {
            "parameters": [ID],
            "get": operation(id_, f"Report to sign, {ending.upper()}", {"200": answer, **rest}, parameters=[least]),
        }
        for ending, id_, answer in (("pdf", "showReport", pdf), ("html", "showReportPage", html))
    }


def objects() -> Json:
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Findings below it are left out.")
    kinds: Json = {"type": "string", "enum": ["measurements", "cad"], "default": "measurements"}
    kind = parameter("kind", "query", kinds, "Measurement report (TID 1500) or Mammography CAD SR (TID 4000).")
    nameless = parameter("deidentified", "query", {"type": "boolean", "default": False}, "Without the patient.")
    asked = [least, nameless]
    gone = problems(_404="not_found, or not_referable: the image was no DICOM object that others could refer to")
    rest = {**gone, **problems(_400="bad_parameter", _409="not_ready: made from a finished analysis")}
    file = body("DICOM file (PS3.10)", "application/dicom", BINARY)
    made = {
        "sr": ("showStructuredReport", "Structured report"),
        "seg": ("showSegmentation", "Segmentation: the outlines as masks"),
        "gsps": ("showPresentationState", "Presentation state: the marks"),
        "sc": ("showSecondaryCapture", "Secondary capture: image, marks and disclaimer burnt in"),
        "pdf": ("showEncapsulatedReport", "Encapsulated PDF: the one-page report"),
    }
    return {
        f"/api/v1/analyses/{{id}}/{name}.dcm": {
            "parameters": [ID],
            "get": operation(id_, words, {"200": file, **rest}, parameters=asked + ([kind] if name == "sr" else [])),
        }
        for name, (id_, words) in made.items()
    }
