"""What readers say of an analysis: kept, guarded, exported."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.audit import FILE, lines_of
from app.settings import DISCLAIMER, Settings
from app.verdict_table import COLUMNS, cell
from app.verdicts import Verdicts
from tests.app.conftest import Conforms
from tests.app.stubs import COLUMNS as WIDTH
from tests.app.stubs import ROWS as HEIGHT
from tests.app.stubs import StubAnalyst, send

Json = dict[str, Any]

OPENED, DREW, REVEALED, MARKED = (f"2026-11-20T09:{minute:02d}:00.000Z" for minute in range(4))
ELLIPSE: Json = {"shape": "ellipse", "points": [[10, 20], [30.5, 60]], "at": DREW}
VERDICT: Json = {
    "reader": "reader 7",
    "opened_at": OPENED,
    "revealed_at": REVEALED,
    "marks": [{"finding": 1, "verdict": "agree", "at": MARKED}, {"finding": 3, "verdict": "unsure", "at": DREW}],
    "drawn": [ELLIPSE],
    "birads": "4a",
    "density": "B",
    "text": "round, smooth",
    "slider": 0.35,
}


def said(**changes: Any) -> Json:
    return deepcopy(VERDICT) | changes


@pytest.fixture
def address(client: FlaskClient) -> str:
    return f"{send(client).headers['Location']}/verdict"


def put(client: FlaskClient, address: str, verdict: Any, match: str | None = None) -> TestResponse:
    return client.put(address, json=verdict, headers={"If-Match": match} if match else {})


def test_nothing_is_said_at_first_then_what_was_said(client: FlaskClient, address: str, conforms: Conforms) -> None:
    nothing = client.get(address)
    assert (nothing.status_code, nothing.data, nothing.headers["ETag"]) == (204, b"", '"0"')
    saved = put(client, address, said(), nothing.headers["ETag"])
    assert (saved.status_code, saved.headers["ETag"]) == (201, '"1"')
    shown = client.get(address)
    conforms(shown.get_json(), "Verdict")
    assert (shown.get_json(), shown.headers["ETag"]) == (VERDICT, '"1"')


def test_a_newer_one_needs_the_tag_of_the_one_it_replaces(client: FlaskClient, address: str) -> None:
    put(client, address, said())
    newer = put(client, address, said(birads="5"), '"1"')
    assert (newer.status_code, newer.headers["ETag"]) == (200, '"2"')
    for tag in (None, '"1"', '"0"', '"x"', 'W/"2"'):
        late = put(client, address, said(birads="2"), tag)
        assert (late.status_code, late.get_json()["code"]) == (412, "verdict_changed"), tag
    assert client.get(address).get_json()["birads"] == "5"
    assert put(client, address, said(birads="2"), '"7", "2"').headers["ETag"] == '"3"'
    assert put(client, address, said(birads="1"), "*").headers["ETag"] == '"4"'


def test_an_older_one_is_brought_back_by_saying_it_again(client: FlaskClient, address: str, conforms: Conforms) -> None:
    for number, text in enumerate(("first", "second"), start=0):
        put(client, address, said(text=text), f'"{number}"')
    first = client.get(f"{address}/history").get_json()["versions"][0]
    put(client, address, first["verdict"], '"2"')
    history = client.get(f"{address}/history").get_json()
    conforms(history, "VerdictHistory")
    assert [(one["version"], one["verdict"]["text"]) for one in history["versions"]] == [
        (1, "first"), (2, "second"), (3, "first"),
    ]  # fmt: skip


def test_readers_do_not_see_or_overwrite_each_other(client: FlaskClient, address: str) -> None:
    one, other = said(reader="one", birads="2"), said(reader="other", birads="5", marks=[], drawn=[])
    assert put(client, address, one).status_code == 201
    assert client.get(f"{address}?reader=other").status_code == 204
    assert put(client, address, other, '"0"').status_code == 201
    mine = client.get(f"{address}?reader=one")
    assert (mine.get_json(), mine.headers["ETag"]) == (one, '"1"')
    assert put(client, address, said(reader="one", birads="3"), '"1"').headers["ETag"] == '"3"'
    assert put(client, address, said(reader="other", birads="6"), '"1"').status_code == 412
    assert put(client, address, said(reader="other", birads="6"), '"3"').status_code == 200  # saw the latest of all
    versions = client.get(f"{address}/history?reader=other").get_json()["versions"]
    assert [(entry["version"], entry["verdict"]["birads"]) for entry in versions] == [(2, "5"), (4, "6")]
    assert {(row["reader"], row["birads"]) for row in rows(client)} == {("one", "3"), ("other", "6")}
    assert client.get(f"{address}?reader=../x").get_json()["code"] == "bad_parameter"


def test_saying_the_same_again_is_no_new_version(client: FlaskClient, address: str) -> None:
    put(client, address, said())
    assert put(client, address, said(), '"1"').headers["ETag"] == '"1"'
    assert len(client.get(f"{address}/history").get_json()["versions"]) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"reader": ""}, {"reader": "a" * 41}, {"reader": "=1+1"}, {"reader": "../x"}, {"reader": "a\n"}, {"reader": 7},
        {"opened_at": None}, {"opened_at": "yesterday"}, {"opened_at": "2026-13-40T09:00:00Z"},
        {"opened_at": "2026-11-20T09:00:00"}, {"revealed_at": 1}, {"revealed_at": "2026-11-20"},
        {"marks": None}, {"marks": [{"finding": 4, "verdict": "agree", "at": MARKED}]},
        {"marks": [{"finding": 0, "verdict": "agree", "at": MARKED}]},
        {"marks": [{"finding": True, "verdict": "agree", "at": MARKED}]},
        {"marks": [{"finding": 1, "verdict": "maybe", "at": MARKED}]},
        {"marks": [{"finding": 1, "verdict": "agree"}]},
        {"marks": [{"finding": 1, "verdict": "agree", "at": MARKED, "why": "so"}]},
        {"marks": [{"finding": 1, "verdict": "agree", "at": MARKED}] * 2},
        {"drawn": [{**ELLIPSE, "points": [[0, 0], [WIDTH + 1, 5]]}]},
        {"drawn": [{**ELLIPSE, "points": [[0, -1], [5, 5]]}]},
        {"drawn": [{**ELLIPSE, "points": [[1, 1]]}]}, {"drawn": [{**ELLIPSE, "points": [[1, 1, 1], [2, 2, 2]]}]},
        {"drawn": [{**ELLIPSE, "shape": "freehand"}]}, {"drawn": [{**ELLIPSE, "shape": "square"}]},
        {"drawn": [ELLIPSE] * 201},
        {"birads": "7"}, {"birads": 4}, {"birads": "4d"}, {"birads": "4A"}, {"density": "E"}, {"density": "b"},
        {"text": "x" * 4001}, {"text": "\ud800"}, {"text": None}, {"slider": 1.5}, {"slider": "0.3"}, {"more": 1},
    ],
    ids=lambda changes: str(changes)[:60],
)  # fmt: skip
def test_what_cannot_be_a_verdict_is_refused_and_nothing_is_kept(
    changes: Json, client: FlaskClient, address: str, conforms: Conforms
) -> None:
    refused = put(client, address, said(**changes))
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    conforms(refused.get_json(), "Problem")
    assert refused.get_json()["code"] == "bad_verdict"
    assert client.get(address).status_code == 204


@pytest.mark.parametrize("field", sorted(VERDICT))
def test_every_field_is_needed(field: str, client: FlaskClient, address: str) -> None:
    lacking = {name: value for name, value in VERDICT.items() if name != field}
    assert put(client, address, lacking).get_json()["code"] == "bad_verdict"


@pytest.mark.parametrize("body", [b"", b"{", b'{"slider": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(body: bytes, client: FlaskClient, address: str) -> None:
    answer = client.put(address, data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_request")


def test_a_verdict_that_is_far_too_long_is_refused(client: FlaskClient, address: str) -> None:
    answer = client.put(address, data=b" " * (5 << 20), content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "upload_too_large")


def test_everything_at_its_limit_is_taken(client: FlaskClient, address: str) -> None:
    points = [[WIDTH, HEIGHT], [0, 0], [0.5, HEIGHT]]
    shapes = [{"shape": "freehand", "points": points * 1000, "at": DREW}, {**ELLIPSE, "points": [*points, [3, 3]]}]
    most = said(drawn=shapes, text="x" * 4000, slider=1, reader="Åse Ørn-7 b.c_d", revealed_at=None, birads=None)
    assert put(client, address, most).status_code == 201
    assert client.get(address).get_json() == most


JSONS = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(field=st.sampled_from([*sorted(VERDICT), "more"]), value=JSONS)
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_in_any_field_is_taken_whole_or_refused(
    field: str, value: Any, client: FlaskClient, address: str
) -> None:
    """Never a failure of ours, and never half of it."""
    answer = put(client, address, said(**{field: value}), "*")
    assert answer.status_code in (200, 201, 422)
    if answer.status_code != 422:
        assert client.get(address).get_json() == json.loads(json.dumps(said(**{field: value})))


def test_there_is_no_verdict_before_the_analysis(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    analyst.entered.wait(10)
    answer = put(client, f"{location}/verdict", said())
    assert (answer.status_code, answer.get_json()["code"]) == (409, "not_ready")


def test_a_verdict_goes_with_its_analysis_and_comes_back_with_it(
    client: FlaskClient, app: Flask, make_app: Callable[..., Flask], address: str
) -> None:
    put(client, address, said())
    location = address.removesuffix("/verdict")
    client.delete(location)
    for asked in (address, f"{address}/history"):
        assert client.get(asked).status_code == 404
    assert put(client, address, said(), "*").status_code == 404
    assert rows(client) == []
    client.post(f"{location}/restore")
    assert client.get(address).get_json() == VERDICT
    make_app(undo_minutes=0).test_client().delete(location)
    verdicts: Verdicts = app.extensions["mammoscope"].verdicts
    assert verdicts.history(location.rsplit("/", 1)[1]) == ()


def test_verdicts_are_there_after_a_restart(client: FlaskClient, make_app: Callable[..., Flask], address: str) -> None:
    put(client, address, said())
    assert make_app().test_client().get(address).get_json() == VERDICT


def rows(client: FlaskClient) -> list[dict[str, str]]:
    answer = client.get("/api/v1/verdicts.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    table = csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline=""))
    found = list(table)
    assert tuple(table.fieldnames or ()) == COLUMNS
    return found


def test_without_verdicts_the_table_is_its_header(client: FlaskClient, address: str) -> None:
    assert rows(client) == []


def test_the_table_has_a_row_for_each_finding_and_each_shape(client: FlaskClient, address: str) -> None:
    put(client, address, said(revealed_at=None, marks=[], birads="2", density=None))
    put(client, address, said(), '"1"')
    first, second, third, drawn = rows(client)
    assert (first["row"], first["finding"], first["verdict"], first["decided_at"], first["reveal"]) == (
        "mark", "1", "agree", MARKED, "after",
    )  # fmt: skip
    assert (first["kind"], first["confidence"], first["malignant"]) == ("mass", "0.9", "0.7")
    assert [first[side] for side in ("x", "y", "width", "height")] == ["20", "40", "30", "40"]
    assert (second["row"], second["finding"], second["kind"]) == ("untouched", "2", "calcification_cluster")
    assert (second["verdict"], second["decided_at"], second["reveal"], second["malignant"]) == ("", "", "", "")
    assert (third["row"], third["verdict"], third["reveal"]) == ("mark", "unsure", "before")
    assert (drawn["row"], drawn["kind"], drawn["finding"], drawn["reveal"]) == ("drawn", "ellipse", "", "before")
    assert [drawn[side] for side in ("x", "y", "width", "height")] == ["10", "20", "20.5", "40"]
    for row in (first, second, third, drawn):
        assert (row["reader"], row["opened_at"], row["revealed_at"]) == ("reader 7", OPENED, REVEALED)
        assert (row["birads"], row["birads_before_reveal"], row["density_before_reveal"]) == ("4a", "2", "")
        assert row["note"] == DISCLAIMER
        assert row["analysis"] == address.split("/")[-2]


@pytest.mark.parametrize("text", ["=HYPERLINK()", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_text_becomes_a_formula(text: str, client: FlaskClient, address: str) -> None:
    put(client, address, said(text=text))
    assert {row["text"] for row in rows(client)} == {f"'{text}"}


@given(text=st.text(max_size=60))
@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_out_of_the_table_as_it_went_in(text: str, client: FlaskClient, address: str) -> None:
    if put(client, address, said(text=text), "*").status_code == 422:
        return
    assert rows(client)[0]["text"] == cell(text)


def test_numbers_stay_numbers() -> None:
    assert [cell(value) for value in (-1.5, 0, None, "a=1")] == [-1.5, 0, "", "a=1"]


def test_who_said_what_when_is_written_down_but_not_what_was_said(
    client: FlaskClient, settings: Settings, address: str
) -> None:
    put(client, address, said(text="Doe^Jane"))
    client.get(address)
    client.get("/api/v1/verdicts.csv")
    lines = [(line["what"], line["part"]) for line in lines_of(settings.data_dir / FILE)]
    assert lines[1:] == [("judged", "verdict"), ("viewed", "verdict"), ("exported", "verdicts.csv")]
    assert "Doe" not in (settings.data_dir / FILE).read_text()


PREFERENCES: Json = {"slider": 0.4, "keys": {"invert": "i", "tools.zoom": None}, "language": "de", "read_first": True}


def test_a_reader_finds_preferences_again_and_others_do_not(
    client: FlaskClient, make_app: Callable[..., Flask], conforms: Conforms
) -> None:
    address = "/api/v1/preferences/reader 7"
    assert client.get(address).get_json() == {}
    saved = client.put(address, json=PREFERENCES)
    conforms(saved.get_json(), "Preferences")
    again = make_app().test_client()
    assert (saved.get_json(), again.get(address).get_json()) == (PREFERENCES, PREFERENCES)
    assert again.get("/api/v1/preferences/reader 8").get_json() == {}
    assert again.put(address, json={}).get_json() == {}
    assert again.get(address).get_json() == {}


@pytest.mark.parametrize(
    "sent",
    [
        [],
        {"more": 1},
        {"slider": 2},
        {"language": "<b>"},
        {"read_first": "yes"},
        {"keys": {"a b": "x"}},
        {"keys": {"a": 1}},
    ],
    ids=str,
)
def test_what_are_no_preferences_is_refused(sent: Any, client: FlaskClient) -> None:
    answer = client.put("/api/v1/preferences/reader", json=sent)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "bad_preferences")


def test_preferences_stay_small(client: FlaskClient) -> None:
    answer = client.put("/api/v1/preferences/reader", data=b" " * (17 << 10), content_type="application/json")
    assert (answer.status_code, answer.get_json()["code"]) == (413, "upload_too_large")


@pytest.mark.parametrize("name", ["%2e%2e", " x", "a%0a", "%3d1", "x" * 41, "a%22b", "a%2fb"])
def test_a_name_that_is_none_is_refused(name: str, client: FlaskClient) -> None:
    answers = [client.get(f"/api/v1/preferences/{name}"), client.put(f"/api/v1/preferences/{name}", json={})]
    assert {answer.get_json()["code"] for answer in answers} <= {"bad_parameter", "not_found", "method_not_allowed"}
