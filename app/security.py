"""Headers for every answer, and whose pages may call us."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_cors import CORS

from app.errors import ProblemError
from app.settings import Settings

HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",  # the viewer's pixel worker is a file of ours; nothing needs eval or WebAssembly
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
EXPOSED = ["Location", "Preference-Applied", "Retry-After", "ETag", "X-Rows", "X-Columns", "X-Bits-Stored"]
EXPOSED += ["X-Window-Center", "X-Window-Width", "X-Windows", "X-Pixel-Spacing"]
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def register(app: Flask, settings: Settings) -> None:
    if settings.cors_origins:
        CORS(app, origins=list(settings.cors_origins), expose_headers=EXPOSED)
    app.before_request(lambda: _refuse_foreign_names(hosts_of(settings)))
    app.before_request(lambda: _refuse_foreign_pages(settings.cors_origins))
    app.after_request(_add_headers)


def hosts_of(settings: Settings) -> tuple[str, ...]:
    """Names we answer to; none: all."""
    return settings.trusted_hosts or (LOOPBACK if settings.host in LOOPBACK else ())


def _refuse_foreign_names(hosts: tuple[str, ...]) -> None:
    """A page whose name was made to point at 127.0.0.1 (DNS rebinding) would count as ours; its name gives it away."""
    if hosts and urlsplit(f"//{request.host}").hostname not in hosts:
        raise ProblemError("forbidden_host", "Name this host in MAMMOSCOPE_TRUSTED_HOSTS to allow it.")


def _refuse_foreign_pages(allowed: tuple[str, ...]) -> None:
    """A page from elsewhere can send a form to 127.0.0.1 without asking; the browser tells us by the Origin header."""
    origin = request.headers.get("Origin")
    if request.method in SAFE_METHODS or origin is None or origin in allowed or "*" in allowed:
        return
    if urlsplit(origin).netloc != request.host:
        raise ProblemError("forbidden_origin", "Name the page's origin in MAMMOSCOPE_CORS_ORIGINS to allow it.")


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.mimetype in ("application/json", "application/problem+json"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
