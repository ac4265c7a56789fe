"""The networks, the ways in for other programs, the page and the service itself."""

from __future__ import annotations

from app.openapi.parts import BAD_IMAGE, BINARY, JSON, UNIT, Json, body, operation, parameter, problems, ref


def models() -> Json:
    listed = body("In the order of an analysis; empty where there are no weights", JSON, ref("ModelList"))
    broken = problems(_503="model_unavailable: a card does not read")
    return {"/api/v1/models": {"get": operation("listModels", "The cards of the networks", {"200": listed, **broken})}}


def prototype() -> Json:
    kind = parameter("image_type", "path", {"type": "string", "enum": ["dicom", "png", "jpeg"]}, "What the bytes are.")
    threshold = parameter("roi_confidence_threshold", "path", UNIT, "Findings below it are left out.")
    raw: Json = {"content": {"application/octet-stream": {"schema": BINARY}}}
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


def dicomweb() -> Json:
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


def service() -> Json:
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
