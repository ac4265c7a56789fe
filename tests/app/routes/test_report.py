from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from flask.testing import FlaskClient

from app.routes.report import when
from app.settings import DISCLAIMER
from pipeline.report import STYLE_HASH
from tests.app.stubs import StubAnalyst, send


@pytest.fixture
def location(client: FlaskClient) -> str:
    return send(client, name="doe_jane_1970.png").headers["Location"]


def test_the_report_is_one_page_of_pdf(client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/report.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert answer.data.startswith(b"%PDF-")
    assert re.findall(rb"/Count (\d+)", answer.data) == [b"1"]
    assert client.get(f"{location}/report.pdf").data == answer.data


def test_the_html_tells_what_the_document_tells(client: FlaskClient, location: str) -> None:
    page = client.get(f"{location}/report.html").text
    assert page.count(DISCLAIMER) == 2
    assert "Masking level: medium (low 20 %, medium 70 %, high 10 %)" in page
    assert "stub 1 sha256:000000000000" in page
    assert location.rsplit("/", 1)[1] in page
    assert re.findall(r"<td>(\d+)</td><td>(\w+)", page) == [("1", "Mass"), ("2", "Grouped")]
    assert "1 below this confidence is not shown" in page


def test_the_threshold_is_the_one_asked_for(client: FlaskClient, location: str) -> None:
    page = client.get(f"{location}/report.html?min_confidence=0.95").text
    assert "does not rule out cancer" in page
    assert "0.95" in page


@pytest.mark.parametrize("ending", ["pdf", "html"])
def test_the_name_that_the_file_came_under_is_not_in_it(ending: str, client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/report.{ending}")
    assert b"doe_jane" not in answer.data
    assert "doe_jane" not in str(answer.headers)
    if ending == "pdf" and shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True)
        assert b"Mass" in done.stdout
        assert b"doe" not in done.stdout.lower()


def test_the_page_may_use_its_own_style_and_nothing_else(client: FlaskClient, location: str) -> None:
    policy = client.get(f"{location}/report.html").headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{STYLE_HASH}'" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy


@pytest.mark.parametrize("address", ["report.pdf?min_confidence=2", "report.html?min_confidence=many"])
def test_a_threshold_without_meaning_is_refused(address: str, client: FlaskClient, location: str) -> None:
    answer = client.get(f"{location}/{address}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_parameter")


def test_there_is_no_report_of_an_unfinished_or_unknown_analysis(client: FlaskClient, analyst: StubAnalyst) -> None:
    analyst.gate.clear()
    location = send(client, wait=False).headers["Location"]
    assert analyst.entered.wait(10)
    assert client.get(f"{location}/report.pdf").get_json()["code"] == "not_ready"
    assert client.get("/api/v1/analyses/none/report.pdf").get_json()["code"] == "not_found"


def test_the_time_is_told_in_words() -> None:
    assert when("2026-11-20T12:25:31.123+00:00") == "2026-11-20 12:25 UTC"
