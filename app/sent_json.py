"""JSON that a page sends, held against a schema before anything else looks at it."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from flask import Request

from app.errors import ProblemError
from app.schema_parts import Json


def sent_json(request: Request, largest_bytes: int) -> Any:
    """Raises ProblemError upload_too_large, or bad_request for what is no JSON (NaN is none)."""
    request.max_content_length = largest_bytes
    if (request.content_length or 0) > largest_bytes:
        raise ProblemError("upload_too_large", f"At most {largest_bytes} bytes are taken here.")
    try:
        return json.loads(request.get_data(cache=False), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ProblemError("bad_request", "The body is not JSON.") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def check(value: Any, name: str, schemas: Json, code: str) -> None:
    """Raises ProblemError `code`, which says where `value` is not what the schema `name` says."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}}
    error = best_match(Draft202012Validator(schema).iter_errors(value))
    if error is not None:
        raise ProblemError(code, f"{error.json_path}: {error.message[:300]}")
