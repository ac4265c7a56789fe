"""JSON Schemas of the reading room: pixels, studies, verdicts, preferences."""

from __future__ import annotations

from app.schema_parts import COUNT, NUMBER, TEXT, Json, array, nullable, record

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
READING: Json = {"PixelsMeta": PIXELS}
