"""JSON Schemas of the reading room: pixels, studies, verdicts, preferences."""

from __future__ import annotations

from app.schema_parts import COUNT, NUMBER, TEXT, UNIT, Json, array, nullable, record, ref
from app.verdict_schema import VERDICTS

WINDOW = record(
    {
        "name": TEXT,
        "center": NUMBER,
        "width": {"type": "number", "exclusiveMinimum": 0},
        "function": {"enum": ["LINEAR", "LINEAR_EXACT", "SIGMOID"], "description": "VOI LUT Function (0028,1056)"},
    },
    closed=True,
)
PIXELS = record(
    {
        "rows": COUNT,
        "columns": COUNT,
        "bits_stored": {"type": "integer", "minimum": 8, "maximum": 16},
        "pixel_spacing_mm": {
            **nullable(array({"type": "number", "exclusiveMinimum": 0}, 2)),
            "description": "Row and column, in the plane of the breast: to measure with.",
        },
        "windows": {**array(WINDOW), "minItems": 1, "description": "The first opens the image."},
    },
    closed=True,
)
STATE: Json = {"enum": ["queued", "running", "done", "failed"]}
ACQUIRED: Json = {**nullable({"type": "string", "format": "date"}), "description": "Where the header tells."}
TIME: Json = {"type": "string", "format": "date-time"}
HIGHEST: Json = {**nullable(UNIT), "description": "Highest probability of its images; null where none is known."}
LINE = record(
    {
        "id": TEXT,
        "file": TEXT,
        "state": STATE,
        "stage": nullable(TEXT),
        "created": TIME,
        "study": TEXT,
        "laterality": {"enum": ["L", "R", None]},
        "view": nullable(TEXT),
        "acquired": ACQUIRED,
        "findings": {**nullable({"type": "integer", "minimum": 0}), "description": "Down to the lowest confidence."},
        "marked": {**nullable({"type": "integer", "minimum": 0}), "description": "Of them from confidence 0.3 up."},
        "cancer": nullable(UNIT),
    },
    closed=True,
)
STUDY = record(
    {
        "id": TEXT,
        "created": TIME,
        "acquired": ACQUIRED,
        "label": {**TEXT, "description": "Name of the file or folder it came as."},
        "state": STATE,
        "expires": {**nullable(TIME), "description": "When the retention deletes it; null: never."},
        "analyses": {**array(ref("AnalysisLine")), "minItems": 1, "description": "RCC, LCC, RMLO, LMLO, then others."},
        "breasts": record({side: record({"cancer": HIGHEST}, closed=True) for side in ("L", "R")}, closed=True),
        "exam": record({"cancer": HIGHEST}, closed=True),
        "previous": {**array(TEXT), "description": "Earlier studies of the same patient here, oldest first."},
    },
    closed=True,
)
READING: Json = {
    **VERDICTS,
    "PixelsMeta": PIXELS,
    "AnalysisLine": LINE,
    "Study": STUDY,
    "StudyList": record({"studies": array(ref("Study"))}, closed=True),
}
