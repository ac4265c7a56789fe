"""An application with a stub pipeline, its client, and answers held against the schemas."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.document_schema import SCHEMAS
from app.settings import Settings
from tests.app.stubs import StubAnalyst

Conforms = Callable[[Any, str], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", frontend_dir=tmp_path / "dist", queue_limit=4, max_pixels=1_000_000)


@pytest.fixture
def analyst() -> Iterator[StubAnalyst]:
    made = StubAnalyst()
    yield made
    made.gate.set()  # lets the worker go


@pytest.fixture
def make_app(settings: Settings, analyst: StubAnalyst) -> Callable[..., Flask]:
    """create_app() with settings changed by keyword; every call is another start of the program."""

    def make(**changes: Any) -> Flask:
        return create_app(dataclasses.replace(settings, **changes), analyst=analyst, weights_problems=list)

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def conforms() -> Conforms:
    """Fails where a value is not what the schema of that name in the OpenAPI document promises."""

    def check(value: Any, name: str) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
        jsonschema.Draft202012Validator(schema).validate(value)

    return check
