"""JSON Schemas (2020-12) of what we answer; the tests hold every answer against them."""

from __future__ import annotations

from app.reading_schema import ACQUIRED, READING, STATE
from app.schema_parts import COUNT, NUMBER, TEXT, UNIT, Json, array, nullable, record, ref
from pipeline.guard import LOOKS
from pipeline.model_choice import TASKS

BOX = record({"x": NUMBER, "y": NUMBER, "width": NUMBER, "height": NUMBER})
INTERVAL: Json = {**nullable(array(UNIT, 2)), "description": "95 %, from the calibration's own uncertainty."}
CALCIFICATIONS = record(
    {
        "count": {"type": "integer", "minimum": 3},
        "extent_mm": {**nullable(NUMBER), "description": "Largest distance between two spots."},
        "spots": array(array(NUMBER, 2)),
    }
)
LOCATION: Json = {
    **nullable(
        record(
            {
                "region": {"enum": ["upper", "lower", "outer", "inner", "central", None]},
                "depth": {"enum": ["anterior", "middle", "posterior"]},
                "nipple_mm": {**nullable(NUMBER), "description": "From the nipple in the picture."},
                "assumed": {"type": "boolean", "description": "Which edge is up was taken from how images hang."},
            },
            closed=True,
        )
    ),
    "description": "In the words of BI-RADS; null where no breast was found.",
}
FINDING = record(
    {
        "id": COUNT,
        "kind": {"enum": ["mass", "calcification_cluster"]},
        "box": BOX,
        "confidence": UNIT,
        "outline": nullable(array(array(NUMBER, 2))),
        "pathology": {
            **nullable(record({"malignant": UNIT, "interval": INTERVAL})),
            "description": "malignant: calibrated probability that the mark is a malignant mass; faint marks get less.",
        },
        "size_mm": nullable(record({"long_axis": NUMBER, "area": NUMBER})),
        "calcifications": nullable(CALCIFICATIONS),
        "second_opinion": nullable(record({"model": TEXT, "malignant": UNIT, "disagrees": {"type": "boolean"}})),
    },
    optional={"location": LOCATION},
)
LOOK = record(
    {
        "mammogram": {**UNIT, "description": "That it is one."},
        "inside": {**UNIT, "description": "Low far from all mammograms that the networks learnt from."},
        "words": array({"enum": list(LOOKS)}),
        "doubtful": {"type": "boolean", "description": "Analysed, with a warning."},
    }
)
LEVELS = ("low", "medium", "high")
DOCUMENT: Json = {
    "schema": {"const": "mammoscope/analysis/1"},
    "disclaimer": TEXT,
    "file": TEXT,
    "image": record(
        {
            "width": COUNT,
            "height": COUNT,
            "laterality": {"enum": ["L", "R", None]},
            "view": nullable(TEXT),
            "pixel_spacing_mm": {**nullable(array(NUMBER, 2)), "description": "At the detector."},
        },
        optional={"magnification": {"type": "number", "minimum": 1, "description": "Sizes were divided by it."}},
    ),
    "look": {**nullable(LOOK), "description": "Of the picture as a whole; null where no guard is set up."},
    "findings": array(FINDING),
    "masking": nullable(
        record({"level": {"enum": list(LEVELS)}, "probabilities": record(dict.fromkeys(LEVELS, UNIT))})
    ),
    "cancer": nullable(
        record(
            {
                "probability": {**UNIT, "description": "With its findings; never lower than the worst finding's."},
                "image": {**UNIT, "description": "Of the image as a whole, without its findings."},
                "interval": {**INTERVAL, "description": "95 %, of image and findings, before the worst one raised it."},
                "worst_finding": {**nullable(COUNT), "description": "The finding that raised `probability`."},
            }
        )
    ),
    "warnings": array(TEXT),
    "models": {"type": "object", "additionalProperties": TEXT},
    "timings_ms": {"type": "object", "additionalProperties": NUMBER},
}
PREPROCESSED = record(
    {
        "flipped": {"type": "boolean"},
        "left": NUMBER,
        "top": NUMBER,
        "scale_x": NUMBER,
        "scale_y": NUMBER,
        "acquired_width": COUNT,
        "width": COUNT,
        "height": COUNT,
    },
    closed=True,
)
STANDING: Json = {
    "id": TEXT,
    "file": TEXT,
    "state": STATE,
    "stage": nullable(TEXT),
    "created": {"type": "string", "format": "date-time"},
    "error": nullable(ref("Problem")),
    "analysis": nullable(ref("Document")),
    "preprocessed": nullable(PREPROCESSED),
    "study": TEXT,
    "acquired": ACQUIRED,
    "referable": {"type": "boolean", "description": "The image came as DICOM: sr.dcm, seg.dcm and the like exist."},
}
SEGMENTATION = record(
    {
        "segmentation": array({"enum": [0, 255]}),
        "width": {**COUNT, "description": "Rows of the region: the prototype names them so."},
        "height": {**COUNT, "description": "Columns of the region."},
        "roi_bbox": {**array({"type": "integer"}, 4), "description": "y1, x1, y2, x2; half-open"},
        "bbox": {**array({"type": "integer"}, 4), "description": "y, x, width, height of the mask"},
        "bboxConfidence": UNIT,
        "pathology": UNIT,
    },
    closed=True,
)
METRIC = record({"value": NUMBER, "low": NUMBER, "high": NUMBER, "n": {"type": "integer"}}, closed=True)
OPERATING_POINT: Json = {
    "type": "object",
    "properties": {
        "confidence": {**UNIT, "description": "Marks from this confidence up."},
        "sensitivity": {**UNIT, "description": "Share of lesions with a mark that overlaps by IoU >= 0.2."},
        "false_marks": {"type": "number", "minimum": 0, "description": "Mean of an image."},
    },
}
CARD = record(
    {
        "name": TEXT,
        "task": {"enum": list(TASKS)},
        "preset": TEXT,
        "architecture": TEXT,
        "version": TEXT,
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "training": {"type": "object", "description": "data, split, seed, command, date, machine"},
        "metrics": {"type": "object", "additionalProperties": METRIC, "description": "low, high: 95 % interval"},
        "calibration": {"type": "object"},
        "operating_points": array(OPERATING_POINT),
        "measured_on": {
            **nullable(record({"data": TEXT, "images": COUNT, "lesions": COUNT}, closed=True)),
            "description": "What the operating points were measured on.",
        },
        "limits": array(TEXT),
        "data_licence": TEXT,
    },
    closed=True,
)
SCHEMAS: Json = {
    "Document": record(DOCUMENT),
    "FinishedAnalysis": record({**DOCUMENT, "id": TEXT}),
    "AcceptedAnalysis": record({"id": TEXT, "state": STATE, "file": TEXT, "study": TEXT}, closed=True),
    "AcceptedStudy": record(
        {
            "analyses": array(
                {
                    "oneOf": [
                        record(
                            {"id": TEXT, "state": STATE, "file": TEXT, "study": TEXT, "location": TEXT}, closed=True
                        ),
                        record({"file": TEXT, "error": ref("Problem")}, closed=True),
                    ]
                }
            )
        },
        closed=True,
    ),
    "AnalysisList": record(
        {"analyses": array(ref("AnalysisLine"))},
        closed=True,
    ),
    "AnalysisState": {
        **record(STANDING),
        "description": "Once done, the fields of Document stand here as well, beside `analysis`.",
    },
    "ModelList": record({"models": array(CARD)}, closed=True),
    "PrototypeAnswer": record({"segmentations": array(SEGMENTATION)}, closed=True),
    "Problem": {
        **record({"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "code": TEXT, "detail": TEXT}),
        "description": "RFC 9457. Compare `code`; it does not change.",
    },
    **READING,
    "Health": {"type": "object", "required": ["status"], "properties": {"status": {"enum": ["ok", "failed"]}}},
}
