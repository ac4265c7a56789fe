"""The OpenAPI 3.1 document of every route. A test walks the URL map and misses none."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from app.document_schema import SCHEMAS
from app.settings import DISCLAIMER

bp = Blueprint("openapi", __name__)
Json = dict[str, Any]
JSON, PROBLEM, PNG = "application/json", "application/problem+json", "image/png"


def register(app: Flask) -> None:
    app.register_blueprint(bp)


@bp.get("/api/v1/openapi.json")
def show() -> ResponseReturnValue:
    """This document."""
    return document()


def document() -> Json:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mammoscope", "version": "1", "description": DISCLAIMER},
        "paths": {
            **_analyses(),
            **_pictures(),
            **_reports(),
            **_objects(),
            **_models(),
            **_prototype(),
            **_dicomweb(),
            **_service(),
        },
        "components": {"schemas": SCHEMAS},
    }


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def body(description: str, media: str = JSON, schema: Json | None = None, **more: Any) -> Json:
    return {"description": description, "content": {media: {"schema": schema or {"type": "string"}}}, **more}


def problems(**descriptions: str) -> Json:
    """`_404="..."` -> a problem document under 404."""
    return {status[1:]: body(text, PROBLEM, ref("Problem")) for status, text in descriptions.items()}


def operation(id_: str, summary: str, responses: Json, **more: Any) -> Json:
    return {"operationId": id_, "summary": summary, **more, "responses": responses}


def parameter(name: str, where: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema, "description": description}


ID = parameter("id", "path", {"type": "string"}, "As in the Location of the answer that accepted the image.")
GONE = problems(_404="not_found: no analysis with this id")
UNIT: Json = {"type": "number", "minimum": 0, "maximum": 1}
BAD_IMAGE = problems(
    _413="image_too_large, upload_too_large or archive_too_large",
    _422="unreadable_image, unsupported_image or unreadable_archive",
    _503="queue_full or model_unavailable",
)


def _analyses() -> Json:
    upload: Json = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "One image, or a ZIP of a study."},
            "pixel_spacing_mm": {
                "type": "string",
                "examples": ["0.07", "0.07,0.08"],
                "description": "Row and column in mm, for images that carry none.",
            },
        },
    }
    location = {"headers": {"Location": {"schema": {"type": "string"}}}}
    post = operation(
        "startAnalysis",
        "Analyse a mammogram: DICOM, PNG, JPEG, TIFF, WebP or PGM; or each image of a ZIP",
        {
            "201": body("Finished while the sender waited", JSON, ref("FinishedAnalysis"), **location),
            "202": body(
                "Queued; follow Location. For a ZIP an entry for each file, each with its location or its error",
                JSON,
                {"oneOf": [ref("AcceptedAnalysis"), ref("AcceptedStudy")]},
                **location,
            ),
            **problems(_400="missing_file or bad_parameter", _403="forbidden_origin"),
            **BAD_IMAGE,
        },
        parameters=[
            parameter("Prefer", "header", {"type": "string"}, "wait=30: answer when done, 60 s at most (RFC 7240)")
        ],
        requestBody={"required": True, "content": {"multipart/form-data": {"schema": upload}}},
    )
    listed = {"200": body("Newest first", JSON, ref("AnalysisList"))}
    shown = {"200": body("Where it stands, and the result once done", JSON, ref("AnalysisState")), **GONE}
    events = {"200": body("Events stage, done, failed; their data are JSON", "text/event-stream"), **GONE}
    deleted = {"204": {"description": "Deleted with its files"}, **GONE}
    return {
        "/api/v1/analyses": {"post": post, "get": operation("listAnalyses", "Every stored analysis", listed)},
        "/api/v1/analyses/{id}": {
            "parameters": [ID],
            "get": operation("showAnalysis", "State and result", shown),
            "delete": operation("deleteAnalysis", "Remove an analysis and its files", deleted),
        },
        "/api/v1/analyses/{id}/events": {
            "parameters": [ID],
            "get": operation("followAnalysis", "Progress as server-sent events", events),
        },
    }


def _pictures() -> Json:
    variant: Json = {"type": "string", "enum": ["original", "preprocessed"], "default": "original"}
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Marks below it are left out.")
    rest = {**GONE, **problems(_400="bad_parameter", _409="not_ready: made during the analysis")}
    binary: Json = {"type": "string", "format": "binary"}
    return {
        "/api/v1/analyses/{id}/image.png": {
            "parameters": [ID],
            "get": operation(
                "showImage",
                "The sent image at 8 bit, or what the detector looked at",
                {"200": body("Grey PNG", PNG, binary), **rest},
                parameters=[parameter("variant", "query", variant, "Which of the two.")],
            ),
        },
        "/api/v1/analyses/{id}/overlay.png": {
            "parameters": [ID],
            "get": operation(
                "showOverlay",
                "The sent image with its marks",
                {"200": body("RGB PNG", PNG, binary), **rest},
                parameters=[least],
            ),
        },
    }


def _reports() -> Json:
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Findings below it are left out.")
    rest = {**GONE, **problems(_400="bad_parameter", _409="not_ready: made from a finished analysis")}
    pdf = body("One page A4", "application/pdf", {"type": "string", "format": "binary"})
    html = body("The same, one file without scripts", "text/html")
    return {
        f"/api/v1/analyses/{{id}}/report.{ending}": {
            "parameters": [ID],
            "get": operation(id_, f"Report to sign, {ending.upper()}", {"200": answer, **rest}, parameters=[least]),
        }
        for ending, id_, answer in (("pdf", "showReport", pdf), ("html", "showReportPage", html))
    }


def _objects() -> Json:
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Findings below it are left out.")
    kinds: Json = {"type": "string", "enum": ["measurements", "cad"], "default": "measurements"}
    kind = parameter("kind", "query", kinds, "Measurement report (TID 1500) or Mammography CAD SR (TID 4000).")
    nameless = parameter("deidentified", "query", {"type": "boolean", "default": False}, "Without the patient.")
    asked = [least, nameless]
    gone = problems(_404="not_found, or not_referable: the image was no DICOM object that others could refer to")
    rest = {**gone, **problems(_400="bad_parameter", _409="not_ready: made from a finished analysis")}
    file = body("DICOM file (PS3.10)", "application/dicom", {"type": "string", "format": "binary"})
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


def _models() -> Json:
    listed = body("In the order of an analysis; empty where there are no weights", JSON, ref("ModelList"))
    broken = problems(_503="model_unavailable: a card does not read")
    return {"/api/v1/models": {"get": operation("listModels", "The cards of the networks", {"200": listed, **broken})}}


def _prototype() -> Json:
    kind = parameter("image_type", "path", {"type": "string", "enum": ["dicom", "png", "jpeg"]}, "What the bytes are.")
    threshold = parameter("roi_confidence_threshold", "path", UNIT, "Findings below it are left out.")
    raw: Json = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
    text: Json = {"content": {"text/plain": {"schema": {"type": "string", "contentEncoding": "base64"}}}}
    bad = {**problems(_400="bad_parameter or missing_file", _403="forbidden_origin"), **BAD_IMAGE}
    encoded = body("PNG as base64 text", "text/plain", {"type": "string", "contentEncoding": "base64"})
    return {
        "/preprocess/{image_type}": {
            "parameters": [kind],
            "post": operation("prototypePreprocess", "Prepare an image", {"200": encoded, **bad}, requestBody=raw),
        },
        "/mammogram/analysis/{roi_confidence_threshold}": {
            "parameters": [threshold],
            "post": operation(
                "prototypeAnalysis",
                "Regions of a PNG",
                {"200": body("In pixels of the PNG that was sent", JSON, ref("PrototypeAnswer")), **bad},
                requestBody=text,
            ),
        },
    }


def _dicomweb() -> Json:
    answer: Json = {"type": "object", "description": "Store Instances Response, DICOM JSON model (PS3.18 I.2, F)"}
    dicom_json = "application/dicom+json"
    parts: Json = {"type": "string", "format": "binary", "description": "Parts of type application/dicom"}
    return {
        "/dicomweb/studies": {
            "post": operation(
                "storeInstances",
                "STOW-RS: mammograms to be analysed, their results sent on (docs/network.md)",
                {
                    "200": body("All were stored", dicom_json, answer),
                    "202": body("Some were refused: Failed SOP Sequence says which", dicom_json, answer),
                    "409": body("All were refused", dicom_json, answer),
                    **problems(_400="bad_request", _403="forbidden_origin", _413="upload_too_large"),
                    **problems(_415="unsupported_media_type"),
                },
                requestBody={"required": True, "content": {"multipart/related": {"schema": parts}}},
            )
        }
    }


def _service() -> Json:
    checked = {"200": body("ok", JSON, ref("Health")), "503": body("failed", JSON, ref("Health"))}
    html = {"200": body("The page", "text/html"), "503": body("Not built yet; says how", "text/html")}
    file = {"200": {"description": "The file"}, **problems(_404="not_found")}
    name = parameter("asset", "path", {"type": "string"}, "File name.")
    opened = body("OpenAPI 3.1", JSON, {"type": "object"})
    return {
        "/api/v1/openapi.json": {"get": operation("showOpenapi", "This document", {"200": opened})},
        "/healthz": {"get": operation("showHealth", "Is the process alive", checked)},
        "/readyz": {"get": operation("showReadiness", "Are the weights there and unaltered", checked)},
        "/metrics": {"get": operation("showMetrics", "Prometheus text", {"200": body("Figures", "text/plain")})},
        "/": {"get": operation("showPage", "The page", html)},
        "/{asset}": {"parameters": [name], "get": operation("showFile", "A file beside the page", file)},
        "/assets/{asset}": {"parameters": [name], "get": operation("showAsset", "Scripts and styles", file)},
    }
