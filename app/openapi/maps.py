"""Maps over the image: heatmaps and the masking map."""

from __future__ import annotations

from app.openapi.parts import BINARY, ID, PNG, UNIT, Json, body, operation, parameter, problems

MODELS = ("pathology", "hybrid", "microcalcification", "masking", "cancer")


def maps() -> Json:
    shown = [
        parameter("opacity", "query", {**UNIT, "default": 0.6}, "Of the strongest places."),
        parameter("format", "query", choice("colour", "grey"), "Colours, or 0..255 for programs."),
    ]
    asked = [
        parameter("model", "query", choice(*MODELS), "Whose answer."),
        parameter("method", "query", choice("gradcam", "occlusion"), "How places are weighed."),
        parameter("finding", "query", {"type": "integer", "minimum": 1}, "Needed for all but masking and cancer."),
    ]
    made = {"200": body("RGBA PNG, frame of the sent image; grey with format=grey", PNG, BINARY)}
    unchanged: Json = {"304": {"description": "As If-None-Match has it"}}
    rest = problems(
        _400="bad_parameter",
        _404="not_found; of a heatmap also no_heatmap or no_such_finding",
        _409="not_ready: made of a finished analysis",
        _503="queue_full or model_unavailable",
    )
    answers = {**made, **unchanged, **rest}
    heatmap = operation("showHeatmap", "Which places an answer comes from", answers, parameters=[*asked, *shown])
    masking = operation("showMaskingMap", "Where a small mass could hide from the detector", answers, parameters=shown)
    return {
        "/api/v1/analyses/{id}/heatmap.png": {"parameters": [ID], "get": heatmap},
        "/api/v1/analyses/{id}/masking-map.png": {"parameters": [ID], "get": masking},
    }


def choice(*values: str) -> Json:
    return {"type": "string", "enum": list(values), "default": values[0]}
