from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.routes.analyses import preferred_wait, shown_name
from app.settings import Settings
from pipeline.errors import NotAMammogram, UnsupportedImage
from tests.app.conftest import Conforms
from tests.app.stubs import COLUMNS, ROWS, STAGES, StubAnalyst, png, send


def files_kept(settings: Settings) -> list[Path]:
    return sorted(path for path in (settings.data_dir / "files").rglob("*") if path.is_file())


def test_a_sender_who_waits_gets_the_finished_document(client: FlaskClient, conforms: Conforms) -> None:
    answer = send(client)
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=30"
    document = answer.get_json()
    conforms(document, "FinishedAnalysis")
    assert (document["file"], document["image"]["width"], document["image"]["height"]) == ("a.png", COLUMNS, ROWS)
    assert [finding["confidence"] for finding in document["findings"]] == [0.9, 0.6, 0.2]
    assert answer.headers["Location"] == f"/api/v1/analyses/{document['id']}"


def test_an_upload_is_accepted_at_once_and_followed_by_its_location(
    client: FlaskClient, app: Flask, analyst: StubAnalyst, conforms: Conforms
) -> None:
    analyst.gate.clear()
    answer = send(client, wait=False)
    assert answer.status_code == 202
    conforms(answer.get_json(), "AcceptedAnalysis")
    assert analyst.entered.wait(10)
    running = client.get(answer.headers["Location"]).get_json()
    conforms(running, "AnalysisState")
    assert (running["state"], running["stage"], running["analysis"]) == ("running", "detect", None)
    analyst.gate.set()
    app.extensions["mammoscope"].jobs.wait(running["id"], 10)
    done = client.get(answer.headers["Location"]).get_json()
    conforms(done, "AnalysisState")
    conforms(done, "FinishedAnalysis")
    assert (done["state"], done["stage"], done["error"]) == ("done", None, None)
    assert done["analysis"] == {key: done[key] for key in done["analysis"]}


def test_the_answer_tells_how_the_prepared_picture_came_from_the_sent_one(client: FlaskClient) -> None:
    way = client.get(send(client).headers["Location"]).get_json()["preprocessed"]
    assert (way["flipped"], way["acquired_width"], way["scale_x"], way["scale_y"]) == (True, COLUMNS, 1.0, 1.0)
    assert 0 < way["width"] <= COLUMNS
    assert 0 < way["height"] <= ROWS


def test_a_sender_whose_time_is_over_gets_202_and_the_result_later(
    client: FlaskClient, analyst: StubAnalyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.routes.analyses.LONGEST_WAIT_S", 0.05)
    analyst.gate.clear()
    answer = send(client)
    assert (answer.status_code, answer.get_json()["state"]) == (202, "queued")


def test_analyses_never_run_in_the_thread_of_a_request(client: FlaskClient, analyst: StubAnalyst) -> None:
    send(client)
    assert analyst.threads == {"analyses"}


def test_the_list_shows_the_newest_first(client: FlaskClient, conforms: Conforms) -> None:
    first, second = send(client, name="1.png").get_json()["id"], send(client, name="2.png").get_json()["id"]
    listed = client.get("/api/v1/analyses").get_json()
    conforms(listed, "AnalysisList")
    assert [(entry["id"], entry["file"]) for entry in listed["analyses"]] == [(second, "2.png"), (first, "1.png")]


def test_deleting_without_a_bin_leaves_no_row_and_no_file(make_app: Callable[..., Flask], settings: Settings) -> None:
    client = make_app(undo_minutes=0).test_client()
    location = send(client).headers["Location"]
    names = ["mask.png", "original.png", "pixels.json", "pixels.u16", "preprocessed.png"]
    assert [path.name for path in files_kept(settings)] == names
    assert client.delete(location).status_code == 204
    assert files_kept(settings) == []
    assert client.get(location).get_json()["code"] == "not_found"
    assert client.delete(location).status_code == 404
    assert client.post(f"{location}/restore").status_code == 404


def test_deleting_while_it_runs_leaves_nothing_either(
    make_app: Callable[..., Flask], analyst: StubAnalyst, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    client = make_app(undo_minutes=0).test_client()
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    client.delete(location)
    analyst.gate.set()
    send(client, name="next.png")  # the worker has gone on
    assert len({path.parent for path in files_kept(settings)}) == 1
    assert len(client.get("/api/v1/analyses").get_json()["analyses"]) == 1
    assert caplog.records == []


def test_an_analysis_that_fails_says_why_and_keeps_no_file(
    client: FlaskClient, app: Flask, analyst: StubAnalyst, settings: Settings, conforms: Conforms
) -> None:
    analyst.error = UnsupportedImage("No breast was found.")
    location = send(client, wait=False).headers["Location"]
    app.extensions["mammoscope"].jobs.wait(location.rsplit("/", 1)[-1], 10)
    failed = client.get(location).get_json()
    conforms(failed, "AnalysisState")
    assert (failed["state"], failed["error"]["code"]) == ("failed", "unsupported_image")
    assert files_kept(settings) == []


def test_what_is_no_mammogram_is_answered_with_its_own_code(
    client: FlaskClient, analyst: StubAnalyst, conforms: Conforms, settings: Settings
) -> None:
    analyst.error = NotAMammogram("This does not look like a mammogram.")
    answer = send(client)
    conforms(answer.get_json(), "Problem")
    assert (answer.status_code, answer.get_json()["code"]) == (422, "not_a_mammogram")
    prototype = client.post("/mammogram/analysis/0.5", data=base64.b64encode(png()))
    assert (prototype.status_code, prototype.get_json()["code"]) == (422, "not_a_mammogram")
    assert files_kept(settings) == []


def test_a_sender_who_waits_hears_of_the_failure_and_nothing_stays(
    client: FlaskClient, analyst: StubAnalyst, conforms: Conforms
) -> None:
    analyst.error = UnsupportedImage("No breast was found.")
    answer = send(client)
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    conforms(answer.get_json(), "Problem")
    assert client.get("/api/v1/analyses").get_json() == {"analyses": []}


def test_what_we_did_not_foresee_gets_a_reference_and_no_traceback(
    client: FlaskClient, analyst: StubAnalyst, caplog: pytest.LogCaptureFixture
) -> None:
    analyst.error = RuntimeError("Doe^Jane 1234567")
    problem = send(client, name="doe_jane.png").get_json()
    assert (problem["code"], problem["status"]) == ("internal_error", 500)
    assert "Traceback" not in json.dumps(problem)
    assert problem["reference"] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "doe" not in caplog.text.lower()  # neither file names nor messages: both may name a patient


def test_one_upload_more_than_may_wait_is_refused_and_leaves_nothing(
    make_app: Callable[..., Flask], analyst: StubAnalyst, conforms: Conforms
) -> None:
    client = make_app(queue_limit=2).test_client()
    analyst.gate.clear()
    send(client, wait=False)
    assert analyst.entered.wait(10)
    assert [send(client, wait=False).status_code for _ in range(2)] == [202, 202]
    refused = send(client, wait=False)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
    conforms(refused.get_json(), "Problem")
    assert refused.get_json()["code"] == "queue_full"
    assert len(client.get("/api/v1/analyses").get_json()["analyses"]) == 3


def test_uploads_at_the_same_time_each_get_their_own_result(make_app: Callable[..., Flask]) -> None:
    app = make_app(queue_limit=16)

    def one(number: int) -> tuple[str, str]:
        document = send(app.test_client(), name=f"{number}.png").get_json()
        return document["id"], document["file"]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(8)))
    assert [file for _, file in found] == [f"{number}.png" for number in range(8)]
    assert len({id_ for id_, _ in found}) == 8


def test_events_tell_every_stage_in_order_and_then_the_end(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    events = client.get(f"{location}/events").iter_encoded()
    told = [next(events).decode()]
    analyst.gate.set()
    told += [event.decode() for event in events]
    assert told[0] == 'event: stage\ndata: {"stage": "detect"}\n\n'
    names = [json.loads(event.split("data: ")[1])["stage"] for event in told if event.startswith("event: stage")]
    assert names == [stage for stage in STAGES if stage in names]
    assert told[-1].startswith("event: done\n")


def test_events_of_a_failed_analysis_carry_its_problem(client: FlaskClient, app: Flask, analyst: StubAnalyst) -> None:
    analyst.error = UnsupportedImage("No breast was found.")
    location = send(client, wait=False).headers["Location"]
    answer = client.get(f"{location}/events")
    assert answer.mimetype == "text/event-stream"
    assert answer.text.count("event: failed\n") == 1
    assert '"code": "unsupported_image"' in answer.text


def test_one_listener_too_many_is_let_go_at_once(make_app: Callable[..., Flask], analyst: StubAnalyst) -> None:
    """Every stream holds a thread: the rest must stay free for other requests."""
    client = make_app(threads=2).test_client()
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    first = client.get(f"{location}/events").iter_encoded()
    next(first)
    assert client.get(f"{location}/events").text == ": too many are listening\n\n"
    analyst.gate.set()
    assert list(first)[-1].startswith(b"event: done")
    assert "event: done" in client.get(f"{location}/events").text


def test_events_end_when_the_analysis_is_deleted(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    threading.Timer(0.05, client.application.test_client().delete, [location]).start()
    assert '"code": "not_found"' in client.get(f"{location}/events").text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("wait=30", 30),
        ("respond-async, wait=5", 5),
        ("wait = 7", 7),
        ("wait=9999", 60),
        ("", None),
        ("wait=soon", None),
        ("await=5", None),
    ],
)
def test_the_preference_to_wait_is_read_as_rfc_7240_writes_it(header: str, seconds: float | None) -> None:
    assert preferred_wait(header) == seconds


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a.dcm", "a.dcm"),
        ("../../etc/passwd", "passwd"),
        ("C:\\scans\\left cc.dcm", "left cc.dcm"),
        ("a\x00\nb.png", "ab.png"),
        ("/", "unnamed"),
        ("x" * 500, "x" * 200),
    ],
)
def test_only_the_last_printable_part_of_a_file_name_is_kept(sent: str, shown: str) -> None:
    assert shown_name(sent) == shown
