from __future__ import annotations

import re
from typing import Any

import jsonschema
from flask import Flask
from flask.testing import FlaskClient

from app.errors import TITLES
from app.openapi import document
from tests.conftest import ROOT


def described() -> set[tuple[str, str]]:
    return {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method in operations
        if method != "parameters"
    }


def routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"<(?:\w+:)?(\w+?)_?>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        return {part["$ref"]} if "$ref" in part else set().union(*map(references, part.values()))
    return set().union(*map(references, part)) if isinstance(part, list) else set()


def test_every_route_is_described_and_every_description_is_a_route(app: Flask) -> None:
    assert described() == routes(app)


def test_every_parameter_of_a_path_is_described() -> None:
    for path, operations in document()["paths"].items():
        named = {entry["name"] for entry in operations.get("parameters", ()) if entry["in"] == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_the_document_is_served_and_says_it_is_openapi_3_1(client: FlaskClient) -> None:
    served = client.get("/api/v1/openapi.json").get_json()
    assert served == document()
    assert served["openapi"].startswith("3.1.")
    assert "not a medical device" in served["info"]["description"]


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    found = document()
    assert references(found) == {f"#/components/schemas/{name}" for name in found["components"]["schemas"]}
    for schema in found["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_every_operation_has_its_own_id() -> None:
    ids = [
        operation["operationId"]
        for operations in document()["paths"].values()
        for method, operation in operations.items()
        if method != "parameters"
    ]
    assert len(ids) == len(set(ids))


def test_the_page_on_http_lists_exactly_our_codes_with_their_status() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", (ROOT / "docs" / "http.md").read_text("utf-8"), re.MULTILINE)
    assert dict(rows) == {code: str(status) for code, (status, _) in TITLES.items()}
