"""Server-sent events, as HTML (WHATWG) 9.2 has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import Response, json

from app.services import Services, services

LONGEST_STREAM_S = 600.0
STILL_THERE = ": still there\n\n"  # so that a closed browser is noticed


def stream(news: Callable[[Services], Iterator[str]]) -> Response:
    """What `news` gives. A stream holds a thread, so only half of them may be streams; others end at once and the page
    asks instead."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(_bounded(services(), news), mimetype="text/event-stream", headers=headers)


def _bounded(parts: Services, news: Callable[[Services], Iterator[str]]) -> Iterator[str]:
    if not parts.streams.acquire(blocking=False):
        yield ": too many are listening\n\n"
        return
    try:
        yield from news(parts)
    finally:
        parts.streams.release()


def event(name: str, data: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
