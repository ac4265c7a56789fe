"""What our JSON Schemas (2020-12) are put together from."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

UNIT: Json = {"type": "number", "minimum": 0, "maximum": 1}
TEXT: Json = {"type": "string"}
COUNT: Json = {"type": "integer", "minimum": 1}


def record(properties: Json, closed: bool = False, optional: Json | None = None) -> Json:
    """Every property is required, what is unknown is null; but for `optional` ones."""
    closing = {"additionalProperties": False} if closed else {}
    return {"type": "object", "required": list(properties), "properties": properties | (optional or {}), **closing}


def nullable(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def array(items: Json, length: int | None = None) -> Json:
    return {"type": "array", "items": items} | ({"minItems": length, "maxItems": length} if length else {})


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


NUMBER: Json = {"type": "number"}
