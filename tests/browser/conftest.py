"""Headless Chromium, a server with known findings, and the whole program; every page is watched for what it asks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from app.settings import Settings
from models.weights import Card, Metric, write_card
from pipeline.finding import Finding, Kind, Size
from tests.app.stubs import StubAnalyst
from tests.browser.reader import Reader
from training.phantom import Phantom, draw_phantom, write_dicom

CHROMIUM = Path(os.environ.get("MAMMOSCOPE_CHROMIUM", "/usr/bin/chromium"))
CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=60_000)  # the machine may be doing something else meanwhile
PAGE = Path(__file__).resolve().parents[2] / "frontend" / "dist" / "index.html"
CONFIDENCES = (0.9, 0.6, 0.2)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.is_file():
        pytest.skip(f"no Chromium at {CHROMIUM} (set MAMMOSCOPE_CHROMIUM)")
    if not PAGE.is_file():
        pytest.skip("the page is not built: make setup")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    yield page
    page.close()


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    return draw_phantom(seed=7, size=(1024, 832), laterality="R", masses=2, clusters=1)


@pytest.fixture(scope="session")
def phantom_dicom(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("phantom") / "phantom.dcm"
    write_dicom(phantom, path)
    return path


@pytest.fixture
def findings(phantom: Phantom) -> tuple[Finding, ...]:
    """The phantom's own lesions, as a detector that is right about all of them would give them."""
    return tuple(
        Finding(lesion.kind, lesion.box, confidence, lesion.outline, 0.71, Size(lesion.diameter_mm, 100.0))
        if lesion.kind is Kind.MASS
        else Finding(lesion.kind, lesion.box, confidence)
        for lesion, confidence in zip(phantom.lesions, CONFIDENCES, strict=True)
    )


@pytest.fixture
def analyst(findings: tuple[Finding, ...]) -> Iterator[StubAnalyst]:
    made = StubAnalyst(findings)
    yield made
    made.gate.set()  # lets the worker go


@pytest.fixture
def card() -> Card:
    """Of a detector that nobody has trained: what the page says of it can be told from the shipped one's."""
    return Card(
        name="small-detector",
        task="detector",
        preset="compact",
        architecture="A network of no layers",
        version="1",
        file="small-detector.tflite",
        sha256="ab" * 32,
        data_licence="phantoms: ours",
        training={"data": "9 views of phantoms; 40 INbreast views validate"},
        metrics={"sensitivity_at_1_false_mark_iou02": Metric(0.8, 0.6, 0.9, 20)},
        operating_points=(
            {"confidence": 0.1, "sensitivity": 0.9, "false_marks": 1.5},
            {"confidence": 0.3, "sensitivity": 0.75, "false_marks": 0.25},
            {"confidence": 0.7, "sensitivity": 0.5, "false_marks": 0.0},
        ),
        limits=("It was made for a test.",),
    )


@pytest.fixture
def stub_url(analyst: StubAnalyst, card: Card, tmp_path: Path) -> Iterator[str]:
    """The real application with everything but the models."""
    write_card(card, tmp_path / "weights" / "cards" / f"{card.name}.toml")
    settings = Settings(data_dir=tmp_path / "data", weights_dir=tmp_path / "weights")
    app = create_app(settings, analyst=analyst, weights_problems=list)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def reader(page: Page, stub_url: str) -> Iterator[Reader]:
    """Somebody in front of the page, known findings behind it; fails when the page asks another host or complains."""
    reader = Reader(page, stub_url)
    reader.open()
    yield reader
    reader.check_conduct()


@pytest.fixture
def program_url(tmp_path: Path) -> Iterator[str]:
    """`mammoscope serve` as a person starts it, with the shipped weights."""
    program = Path(sys.executable).with_name("mammoscope")
    command = [str(program), "serve", "--port", "0", "--data-dir", str(tmp_path / "data")]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        greeting = server.stdout.readline()
        assert "http://" in greeting, f"mammoscope serve said {greeting!r}"
        yield next(word for word in greeting.split() if word.startswith("http://"))
        server.terminate()


@pytest.fixture
def program_reader(page: Page, program_url: str) -> Iterator[Reader]:
    reader = Reader(page, program_url)
    reader.open()
    yield reader
    reader.check_conduct()
