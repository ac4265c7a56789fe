"""To start, list, show, delete and follow analyses."""

from __future__ import annotations

from app.openapi.parts import BAD_IMAGE, GONE, ID, JSON, Json, body, operation, parameter, problems, ref


def analyses() -> Json:
    upload: Json = {
        "type": "object",
        "required": ["file"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "One image, or a ZIP of a study."},
            "upload": {
                "type": "string",
                "pattern": "^[A-Za-z0-9_-]{8,64}$",
                "description": "The same in all files sent together: they are one study, unless their headers differ.",
            },
            "label": {"type": "string", "description": "What to call the study, as the name of the folder."},
            "second_opinion": {
                "type": "string",
                "enum": ["on", "off"],
                "description": "Whether a second network is asked about each mass; as the settings say if not sent.",
            },
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
    deleted = {"204": {"description": "In the bin, and after some minutes gone with its files"}, **GONE}
    restored = {"200": body("Where it stands", JSON, ref("AnalysisLine")), **GONE, **problems(_403="forbidden_origin")}
    return {
        "/api/v1/analyses": {"post": post, "get": operation("listAnalyses", "Every stored analysis", listed)},
        "/api/v1/analyses/{id}": {
            "parameters": [ID],
            "get": operation("showAnalysis", "State and result", shown),
            "delete": operation("deleteAnalysis", "Remove an analysis and its files", deleted),
        },
        "/api/v1/analyses/{id}/restore": {
            "parameters": [ID],
            "post": operation("restoreAnalysis", "Bring back what was deleted some minutes ago", restored),
        },
        "/api/v1/analyses/{id}/events": {
            "parameters": [ID],
            "get": operation("followAnalysis", "Progress as server-sent events", events),
        },
    }
