"""Pictures and pixels of an analysis."""

from __future__ import annotations

from app.openapi.parts import BINARY, GONE, ID, JSON, PNG, UNIT, Json, body, operation, parameter, problems, ref


def pictures() -> Json:
    variant: Json = {"type": "string", "enum": ["original", "preprocessed"], "default": "original"}
    least = parameter("min_confidence", "query", {**UNIT, "default": 0.3}, "Marks below it are left out.")
    rest = {**GONE, **problems(_400="bad_parameter", _409="not_ready: made during the analysis")}
    return {
        **_pixels(),
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


def _pixels() -> Json:
    rest = {**GONE, **problems(_409="not_ready: made during the analysis")}
    said: Json = {
        "X-Rows": "Rows",
        "X-Columns": "Columns",
        "X-Bits-Stored": "Every value is below 2 to this power",
        "X-Window-Center": "Of the first window",
        "X-Window-Width": "Of the first window",
        "X-Pixel-Spacing": "row,column in mm in the plane of the breast; empty where unknown",
        "X-Windows": "JSON: windows, as in PixelsMeta",
        "ETag": "Same pixels, same tag",
    }
    headers: Json = {name: {"schema": {"type": "string"}, "description": words} for name, words in said.items()}
    raw = body(
        "uint16, little-endian, row by row, denser brighter", "application/octet-stream", BINARY, headers=headers
    )
    unchanged: Json = {"304": {"description": "As If-None-Match has it"}}
    return {
        "/api/v1/analyses/{id}/pixels": {
            "parameters": [ID],
            "get": operation("showPixels", "The image as stored, at its full depth", {"200": raw, **unchanged, **rest}),
        },
        "/api/v1/analyses/{id}/pixels/meta": {
            "parameters": [ID],
            "get": operation(
                "showPixelsMeta",
                "What the headers of the pixels say",
                {"200": body("As JSON", JSON, ref("PixelsMeta")), **rest},
            ),
        },
        "/api/v1/analyses/{id}/mask.png": {
            "parameters": [ID],
            "get": operation(
                "showMask",
                "Where the breast is",
                {"200": body("0 or 255, frame of the sent image", PNG, BINARY), **rest},
            ),
        },
    }
