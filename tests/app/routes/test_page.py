from __future__ import annotations

from flask.testing import FlaskClient

from app.settings import Settings


def test_without_a_built_page_we_say_how_to_build_it(client: FlaskClient) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "make setup" in answer.text
    assert "not a medical device" in answer.text
    assert client.get("/assets/index.js").get_json()["code"] == "not_found"


def test_the_built_page_is_served_with_its_assets_and_nothing_beside_them(
    client: FlaskClient, settings: Settings
) -> None:
    (settings.frontend_dir / "assets").mkdir(parents=True)
    (settings.frontend_dir / "index.html").write_text("<!doctype html><title>Mammoscope</title>")
    (settings.frontend_dir / "icon.svg").write_text("<svg/>")
    (settings.frontend_dir / "assets" / "index-1a2b.js").write_text("export {};")
    (settings.frontend_dir.parent / "secret").write_text("secret")
    page = client.get("/", buffered=True)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-cache")
    assert "<title>Mammoscope</title>" in page.text
    script = client.get("/assets/index-1a2b.js", buffered=True)
    assert (script.mimetype, script.status_code) == ("text/javascript", 200)
    assert "immutable" in script.headers["Cache-Control"]
    assert client.get("/icon.svg", buffered=True).mimetype == "image/svg+xml"
    for outside in ("/assets/../../secret", "/..%2fsecret", "/assets/%2e%2e/%2e%2e/secret"):
        assert client.get(outside, buffered=True).status_code == 404
