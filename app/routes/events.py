"""News of the whole worklist, so that a page with many analyses needs one stream and not one for each."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response

from app.routes.streams import LONGEST_STREAM_S, STILL_THERE, event, stream
from app.schemas import Json, record_to_line
from app.services import Services
from app.store import Store

bp = Blueprint("events", __name__, url_prefix="/api/v1/events")

Lines = dict[str, Json]  # by id


@bp.get("")
def show() -> Response:
    """Server-sent events: `ready`, then `analysis` with each line that is new or has changed, `gone` with its id."""
    return stream(_news)


def _news(parts: Services) -> Iterator[str]:
    known: Lines = {}
    for number, changed in enumerate(parts.jobs.news.watch(LONGEST_STREAM_S)):
        told = [*_differences(known, parts.store, changed)]
        yield event("ready", {}) if number == 0 else "".join(told) or STILL_THERE


def _differences(known: Lines, store: Store, changed: frozenset[str] | None) -> Iterator[str]:
    """What to say to somebody who knows `known`, which is brought up to date; `changed` is where to look, None: all."""
    found = {record.id: record_to_line(record) for record in reversed(store.newest_first(changed))}
    for id_ in (known.keys() if changed is None else changed & known.keys()) - found.keys():
        del known[id_]
        yield event("gone", {"id": id_})
    for id_, line in found.items():
        if known.get(id_) != line:
            known[id_] = line
            yield event("analysis", line)
