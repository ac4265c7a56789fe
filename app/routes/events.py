"""News of the whole worklist, so that a page with many analyses needs one stream and not one for each."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response

from app.routes.streams import LONGEST_STREAM_S, STILL_THERE, event, stream
from app.schemas import Json, record_to_line
from app.services import Services

bp = Blueprint("events", __name__, url_prefix="/api/v1/events")

Lines = dict[str, Json]  # by id


@bp.get("")
def show() -> Response:
    """Server-sent events: `ready`, then `analysis` with each line that is new or has changed, `gone` with its id."""
    return stream(_news)


def _news(parts: Services) -> Iterator[str]:
    known: Lines | None = None
    for records in parts.jobs.watch(LONGEST_STREAM_S):
        lines = {record.id: record_to_line(record) for record in reversed(records)}
        yield from differences(known, lines) if known is not None else [event("ready", {})]
        known = lines


def differences(known: Lines, lines: Lines) -> Iterator[str]:
    """What to say to somebody who knows `known`: never nothing."""
    told = [event("gone", {"id": id_}) for id_ in known if id_ not in lines]
    told += [event("analysis", line) for id_, line in lines.items() if known.get(id_) != line]
    yield "".join(told) or STILL_THERE
