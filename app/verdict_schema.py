"""JSON Schemas of what readers send: verdicts and preferences. Closed: what we do not know is refused, not dropped."""

from __future__ import annotations

from app.schema_parts import COUNT, NUMBER, UNIT, Json, array, nullable, record, ref

LONGEST_TEXT = 4000  # characters
READER_NAME = r"^\w[\w .-]{0,39}$"
BI_RADS = ("0", "1", "2", "3", "4", "4a", "4b", "4c", "5", "6")
DENSITIES = ("A", "B", "C", "D")  # BI-RADS 5th edition

AT: Json = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$",
}
READER: Json = {"type": "string", "pattern": READER_NAME, "description": "A name the reader chose; no account."}
MARK = record({"finding": COUNT, "verdict": {"enum": ["agree", "disagree", "unsure"]}, "at": AT}, closed=True)
POINT = array(NUMBER, 2)
DRAWN: Json = {
    "oneOf": [
        record(
            {
                "shape": {"const": "ellipse"},
                "points": {
                    **array(POINT),
                    "minItems": 2,
                    "maxItems": 4,
                    "description": "Opposite corners of the box around it, or the ends of its axes.",
                },
                "at": AT,
            },
            closed=True,
        ),
        record(
            {"shape": {"const": "freehand"}, "points": {**array(POINT), "minItems": 3, "maxItems": 5000}, "at": AT},
            closed=True,
        ),
    ],
    "description": "x, y in pixels of the sent image.",
}
VERDICT = record(
    {
        "reader": READER,
        "opened_at": AT,
        "revealed_at": {**nullable(AT), "description": "When the marks were first shown; null: they never were."},
        "marks": {**array(MARK), "maxItems": 1000, "description": "At most one for a finding."},
        "drawn": {**array(DRAWN), "maxItems": 200},
        "birads": {"enum": [*BI_RADS, None]},
        "density": {"enum": [*DENSITIES, None]},
        "text": {"type": "string", "maxLength": LONGEST_TEXT},
        "slider": {**nullable(UNIT), "description": "Confidence at which the reader worked."},
    },
    closed=True,
)
VERSION = record({"version": COUNT, "saved": AT, "verdict": ref("Verdict")}, closed=True)
PREFERENCES: Json = record(
    {},
    closed=True,
    optional={
        "slider": nullable(UNIT),
        "keys": {
            "type": "object",
            "description": "Command -> key.",
            "maxProperties": 200,
            "propertyNames": {"type": "string", "pattern": r"^[A-Za-z][\w.:-]{0,63}$"},
            "additionalProperties": nullable({"type": "string", "maxLength": 40}),
        },
        "language": {"type": "string", "pattern": r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$"},
        "read_first": {"type": "boolean"},
    },
)
VERDICTS: Json = {
    "Verdict": VERDICT,
    "VerdictHistory": record({"versions": array(VERSION)}, closed=True),
    "Preferences": PREFERENCES,
}
