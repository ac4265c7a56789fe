"""Pictures and pixels of an analysis."""

from __future__ import annotations

from app.openapi.parts import BINARY, GONE, ID, PNG, UNIT, Json, body, operation, parameter, problems


def pictures() -> Json:
    variant: Json = {"type": "string", "enum": ["original", "preprocessed"], "default": "original"}
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Marks below it are left out.")
    rest = {**GONE, **problems(_400="bad_parameter", _409="not_ready: made during the analysis")}
    return {
        "/api/v1/analyses/{id}/image.png": {
            "parameters": [ID],
            "get": operation(
                "showImage",
                "The sent image at 8 bit, or what the detector looked at",
                {"200": body("Grey PNG", PNG, BINARY), **rest},
                parameters=[parameter("variant", "query", variant, "Which of the two.")],
            ),
        },
        "/api/v1/analyses/{id}/overlay.png": {
            "parameters": [ID],
            "get": operation(
                "showOverlay",
                "The sent image with its marks",
                {"200": body("RGB PNG", PNG, BINARY), **rest},
                parameters=[least],
            ),
        },
    }
