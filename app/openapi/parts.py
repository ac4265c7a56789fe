"""What every part of the OpenAPI document is put together from."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
JSON, PROBLEM, PNG, CSV = "application/json", "application/problem+json", "image/png", "text/csv"
BINARY: Json = {"type": "string", "format": "binary"}
UNIT: Json = {"type": "number", "minimum": 0, "maximum": 1}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def body(description: str, media: str = JSON, schema: Json | None = None, **more: Any) -> Json:
    return {"description": description, "content": {media: {"schema": schema or {"type": "string"}}}, **more}


def problems(**descriptions: str) -> Json:
    """`_404="..."` -> a problem document under 404."""
    return {status[1:]: body(text, PROBLEM, ref("Problem")) for status, text in descriptions.items()}


def operation(id_: str, summary: str, responses: Json, **more: Any) -> Json:
    return {"operationId": id_, "summary": summary, **more, "responses": responses}


def parameter(name: str, where: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": where, "required": where == "path", "schema": schema, "description": description}


ID = parameter("id", "path", {"type": "string"}, "As in the Location of the answer that accepted the image.")
GONE = problems(_404="not_found: no analysis with this id")
BAD_IMAGE = problems(
    _413="image_too_large, upload_too_large or archive_too_large",
    _422="unreadable_image, unsupported_image, not_a_mammogram or unreadable_archive",
    _503="queue_full or model_unavailable",
)
