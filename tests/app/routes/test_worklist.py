"""Analyses as studies, the bin, and what a reader sees of both."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.audit import FILE, lines_of
from app.settings import Settings
from pipeline.finding import Analysis, Cancer
from tests.app.conftest import Conforms
from tests.app.stubs import StubAnalyst, png, send
from tests.pipeline.studies import four_views, packed, view

STUDIES = "/api/v1/studies"
GONE = "not_found"


def studies(client: FlaskClient) -> list[dict[str, Any]]:
    return list(client.get(STUDIES).get_json()["studies"])


def posted(client: FlaskClient, data: bytes, name: str, **fields: str) -> dict[str, Any]:
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), **fields}
    return dict(client.post("/api/v1/analyses", data=form, headers={"Prefer": "wait=30"}).get_json())


def finished(client: FlaskClient) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and any(one["state"] in ("queued", "running") for one in studies(client)):
        time.sleep(0.02)


def test_images_of_a_study_are_one_in_the_order_of_the_hanging(client: FlaskClient, conforms: Conforms) -> None:
    for name, data in four_views().items():
        posted(client, data, name)
    answer = client.get(STUDIES).get_json()
    conforms(answer, "StudyList")
    (study,) = answer["studies"]
    assert [(one["view"], one["laterality"]) for one in study["analyses"]] == [
        ("CC", "R"), ("CC", "L"), ("MLO", "R"), ("MLO", "L"),
    ]  # fmt: skip
    assert study["label"] == "1.dcm"
    shown = client.get(f"{STUDIES}/{study['id']}")
    conforms(shown.get_json(), "Study")
    assert shown.get_json() == study


def test_a_zip_of_pictures_is_one_study_by_its_name_and_two_are_two(client: FlaskClient) -> None:
    for _ in range(2):
        form = {"file": (io.BytesIO(packed({"a.png": png(), "b.png": png()})), "mrs x.zip")}
        entries = client.post("/api/v1/analyses", data=form).get_json()["analyses"]
        assert entries[0]["study"] == entries[1]["study"]
    assert [(one["label"], len(one["analyses"])) for one in studies(client)] == [("mrs x", 2), ("mrs x", 2)]


def test_files_sent_together_are_one_study_unless_their_headers_differ(client: FlaskClient) -> None:
    sent = {"upload": "12345678-abcd", "label": "C:\\scans\\folder 7"}
    for name, data in {"a.png": png(), "b.png": png(), "c.dcm": view("L", "CC")}.items():
        posted(client, data, name, **sent)
    posted(client, png(), "d.png")
    found = [(one["label"], [line["file"] for line in one["analyses"]]) for one in studies(client)]
    assert found == [("d.png", ["d.png"]), ("folder 7", ["c.dcm"]), ("folder 7", ["a.png", "b.png"])]


@pytest.mark.parametrize("token", ["short", "x" * 65, "12345678 '--", "../../etc/passwd"])
def test_a_token_that_is_none_is_refused(token: str, client: FlaskClient) -> None:
    assert posted(client, png(), "a.png", upload=token)["code"] == "bad_parameter"


class Rising(StubAnalyst):
    """Each analysis is a little more suspicious than the one before."""

    def analyze(self, *asked: Any) -> Analysis:
        found = super().analyze(*asked)
        probability = self.analyses / 10
        return Analysis(found.mammogram, found.findings, None, Cancer(probability, probability), {}, {})


def test_breasts_and_examination_are_as_suspicious_as_their_worst_image(
    make_app: Callable[..., Flask], settings: Settings
) -> None:
    from app import create_app

    client = create_app(settings, analyst=Rising(), weights_problems=list).test_client()
    for name, data in four_views().items():  # LMLO, RMLO, LCC, RCC
        posted(client, data, name)
    (study,) = studies(client)
    assert study["breasts"] == {"L": {"cancer": 0.3}, "R": {"cancer": 0.4}}
    assert study["exam"] == {"cancer": 0.4}
    posted(client, png(), "a.png")
    assert studies(client)[0]["breasts"] == {"L": {"cancer": None}, "R": {"cancer": None}}
    assert studies(client)[0]["exam"] == {"cancer": 0.5}


def test_lines_tell_what_was_found_and_nothing_before_it_was(
    client: FlaskClient, analyst: StubAnalyst, conforms: Conforms
) -> None:
    analyst.gate.clear()
    client.post("/api/v1/analyses", data={"file": (io.BytesIO(view("L", "CC")), "a.dcm")})
    analyst.entered.wait(10)
    (study,) = studies(client)
    conforms(study, "Study")
    line = study["analyses"][0]
    assert (study["state"], line["state"], line["stage"]) == ("running", "running", "detect")
    assert (line["laterality"], line["view"]) == ("L", "CC")
    assert (line["findings"], line["cancer"], study["exam"]["cancer"]) == (None, None, None)
    analyst.gate.set()
    finished(client)
    line = studies(client)[0]["analyses"][0]
    assert (line["state"], line["stage"], line["findings"], line["marked"], line["cancer"]) == (
        "done",
        None,
        3,
        2,
        0.34,
    )


def dated(day: str, patient: str = "P7", issuer: str | None = None, **more: Any) -> bytes:
    return view("L", "CC", f"1.2.3.{day}", StudyDate=day, PatientID=patient, IssuerOfPatientID=issuer, **more)


def test_earlier_studies_of_the_same_patient_are_named_oldest_first(client: FlaskClient) -> None:
    by_day = {day: posted(client, dated(day), f"{day}.dcm")["id"] for day in ("20220301", "20240301", "20200301")}
    posted(client, dated("20190101", "P8"), "other.dcm")
    posted(client, dated("20180101", issuer="ELSEWHERE"), "elsewhere.dcm")
    found = {one["acquired"]: one for one in studies(client)}
    study_of = {day: client.get(f"/api/v1/analyses/{id_}").get_json()["study"] for day, id_ in by_day.items()}
    assert found["2024-03-01"]["previous"] == [study_of["20200301"], study_of["20220301"]]
    assert found["2022-03-01"]["previous"] == [study_of["20200301"]]
    for day in ("2020-03-01", "2019-01-01", "2018-01-01"):
        assert found[day]["previous"] == []


@pytest.mark.parametrize("patient", ["ANONYMOUS", "0", "Unknown", ""])
def test_nobody_has_no_earlier_studies(patient: str, client: FlaskClient) -> None:
    for day in ("20220301", "20240301"):
        posted(client, dated(day, patient), "a.dcm")
    assert [one["previous"] for one in studies(client)] == [[], []]


def test_no_identifier_stands_in_the_database(client: FlaskClient, settings: Settings) -> None:
    posted(client, dated("20220301", "MRN7731942"), "a.dcm")
    written = b"".join(path.read_bytes() for path in settings.data_dir.glob("mammoscope.sqlite*"))
    assert b"a.dcm" in written
    for identifier in (b"MRN7731942", b"1.2.3.20220301"):
        assert identifier not in written


def test_the_retention_is_told(make_app: Callable[..., Flask]) -> None:
    client = make_app(retention_days=2).test_client()
    posted(client, png(), "a.png")
    (study,) = studies(client)
    assert study["expires"][:19] > study["created"][:19]
    assert study["expires"][11:19] == study["created"][11:19]
    never = make_app(retention_days=0).test_client()
    assert studies(never)[0]["expires"] is None


def test_a_study_comes_back_from_the_bin_as_it_was(client: FlaskClient, settings: Settings, conforms: Conforms) -> None:
    for name, data in four_views().items():
        posted(client, data, name)
    (before,) = studies(client)
    address, first = f"{STUDIES}/{before['id']}", f"/api/v1/analyses/{before['analyses'][0]['id']}"
    assert client.delete(address).status_code == 204
    assert studies(client) == []
    assert client.get("/api/v1/analyses").get_json()["analyses"] == []
    for part in ("", "/image.png", "/pixels", "/mask.png", "/report.pdf", "/events"):
        assert client.get(f"{first}{part}").get_json()["code"] == GONE
    assert [client.get(address).status_code, client.delete(address).status_code] == [404, 404]
    back = client.post(f"{address}/restore")
    conforms(back.get_json(), "Study")
    assert (back.status_code, back.get_json()) == (200, before)
    assert client.get(f"{first}/pixels", buffered=True).status_code == 200
    assert client.post(f"{address}/restore").status_code == 404


def test_what_was_deleted_before_the_study_stays_deleted(client: FlaskClient) -> None:
    for name, data in four_views().items():
        posted(client, data, name)
    (study,) = studies(client)
    lost = study["analyses"][2]["id"]
    client.delete(f"/api/v1/analyses/{lost}")
    client.delete(f"{STUDIES}/{study['id']}")
    back = client.post(f"{STUDIES}/{study['id']}/restore").get_json()
    assert [one["id"] for one in back["analyses"]] == [one["id"] for one in study["analyses"] if one["id"] != lost]
    assert client.post(f"/api/v1/analyses/{lost}/restore").get_json()["id"] == lost
    assert len(studies(client)[0]["analyses"]) == 4


def test_an_analysis_that_waited_is_done_when_it_comes_back(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    send(client, wait=False)
    analyst.entered.wait(10)
    waiting = send(client, name="b.png", wait=False).headers["Location"]
    client.delete(waiting)
    analyst.gate.set()
    finished(client)
    send(client, name="c.png")  # the worker has passed over it
    assert client.get(waiting).status_code == 404
    analyst.gate.clear()
    assert client.post(f"{waiting}/restore").get_json()["state"] in {"queued", "running"}
    analyst.gate.set()
    finished(client)
    assert client.get(waiting).get_json()["state"] == "done"


def test_an_analysis_deleted_while_it_ran_is_done_when_it_comes_back(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    analyst.entered.wait(10)
    client.delete(location)
    analyst.gate.set()
    send(client, name="next.png")
    client.post(f"{location}/restore")
    finished(client)
    assert client.get(location).get_json()["state"] == "done"


def test_the_bin_is_emptied_by_itself_and_it_is_written_down(
    make_app: Callable[..., Flask], settings: Settings
) -> None:
    client = make_app(undo_minutes=0.01).test_client()
    location = send(client).headers["Location"]
    client.delete(location)
    until = time.monotonic() + 10
    while time.monotonic() < until and list((settings.data_dir / "files").iterdir()):
        time.sleep(0.02)
    assert list((settings.data_dir / "files").iterdir()) == []
    assert client.post(f"{location}/restore").status_code == 404
    told = [(line["who"], line["what"]) for line in lines_of(settings.data_dir / FILE)]
    assert told == [("127.0.0.1", "analysed"), ("127.0.0.1", "deleted"), ("bin", "erased")]


def test_the_bin_survives_a_restart_and_is_emptied_with_the_retention(
    make_app: Callable[..., Flask], settings: Settings
) -> None:
    client = make_app().test_client()
    kept, old = (send(client, name=name).headers["Location"] for name in ("a.png", "b.png"))
    client.delete(kept)
    again = make_app().test_client()
    assert again.post(f"{kept}/restore").status_code == 200
    again.delete(old)
    last = make_app(retention_days=1e-9).test_client()
    assert last.post(f"{old}/restore").status_code == 404
    assert list((settings.data_dir / "files").iterdir()) == []


def test_deleting_and_bringing_back_are_written_down_for_each_image(client: FlaskClient, settings: Settings) -> None:
    for name, data in four_views().items():
        posted(client, data, name)
    (study,) = studies(client)
    ids = sorted(one["id"] for one in study["analyses"])
    client.delete(f"{STUDIES}/{study['id']}")
    client.post(f"{STUDIES}/{study['id']}/restore")
    lines = [(line["what"], line["analysis"]) for line in lines_of(settings.data_dir / FILE)]
    for what in ("deleted", "restored"):
        assert sorted(id_ for said, id_ in lines if said == what and id_) == ids


@pytest.mark.parametrize("address", [STUDIES, "/api/v1/analyses"])
def test_a_list_that_has_not_changed_is_not_sent_again(address: str, client: FlaskClient) -> None:
    send(client)
    tag = client.get(address).headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    send(client, name="b.png")
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_ids_of_studies_tell_nothing(client: FlaskClient) -> None:
    posted(client, view("L", "CC"), "a.dcm")
    assert re.fullmatch(r"[0-9a-f]{32}", studies(client)[0]["id"])


def told(stream: Iterator[bytes]) -> list[tuple[str, dict[str, Any]]]:
    """The next events of a stream: name and data."""
    parts = [part for part in next(stream).decode().split("\n\n") if part.startswith("event: ")]
    return [(part.splitlines()[0][7:], json.loads(part.splitlines()[1][6:])) for part in parts]


def until_done(stream: Iterator[bytes]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    while not lines or lines[-1]["state"] != "done":
        lines += [data for name, data in told(stream) if name == "analysis"]
    return lines


def test_one_stream_tells_of_every_analysis(client: FlaskClient, analyst: StubAnalyst, conforms: Conforms) -> None:
    earlier = send(client).headers["Location"]
    stream = client.get("/api/v1/events").iter_encoded()
    assert told(stream) == [("ready", {})]
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    analyst.entered.wait(10)
    analyst.gate.set()
    lines = until_done(stream)
    for line in lines:
        conforms(line, "AnalysisLine")
    assert {line["id"] for line in lines} == {location.rsplit("/", 1)[1]}
    assert lines[-1] == client.get("/api/v1/analyses").get_json()["analyses"][0]
    client.delete(earlier)
    assert told(stream) == [("gone", {"id": earlier.rsplit("/", 1)[1]})]
    client.post(f"{earlier}/restore")
    assert [(name, data["state"]) for name, data in told(stream)] == [("analysis", "done")]


def test_the_stream_shares_its_places_with_those_of_single_analyses(make_app: Callable[..., Flask]) -> None:
    client = make_app(threads=2).test_client()
    first = client.get("/api/v1/events")
    assert told(first.iter_encoded()) == [("ready", {})]
    assert client.get("/api/v1/events").text == ": too many are listening\n\n"
    first.close()
    assert told(client.get("/api/v1/events").iter_encoded()) == [("ready", {})]
