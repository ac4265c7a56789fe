"""What readers say: verdicts on an analysis, the table for reader studies, preferences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from app.errors import ProblemError
from app.routes.analyses import find
from app.sent_json import check, sent_json
from app.services import services
from app.store import DONE, Record
from app.verdict_schema import READER_NAME, VERDICTS
from app.verdict_table import Judged, table
from app.verdicts import VerdictChangedError, Version, checked

bp = Blueprint("verdicts", __name__, url_prefix="/api/v1")

LARGEST_VERDICT = 4 << 20  # bytes
LARGEST_PREFERENCES = 16 << 10


@bp.get("/analyses/<id_>/verdict")
def show(id_: str) -> ResponseReturnValue:
    """What was said last, by anybody or by ?reader=; 204 where nothing was said yet."""
    latest = services().verdicts.latest(find(id_).id, _asked_reader())
    return _answer(latest) if latest else Response(status=204, headers={"ETag": '"0"'})


@bp.put("/analyses/<id_>/verdict")
def save(id_: str) -> ResponseReturnValue:
    """Say it. If-Match carries the ETag of what it replaces, so that nobody overwrites what they did not see."""
    record = find(id_)
    if record.document is None:
        raise ProblemError("not_ready", "Verdicts are about a finished analysis; follow its events or ask again.")
    verdict = checked(sent_json(request, LARGEST_VERDICT), record.document)
    try:
        saved, first = services().verdicts.save(record.id, verdict, expected_versions())
    except VerdictChangedError:
        raise ProblemError("verdict_changed", "Another verdict was saved meanwhile; read it first.") from None
    return _answer(saved), 201 if first else 200


@bp.get("/analyses/<id_>/verdict/history")
def history(id_: str) -> ResponseReturnValue:
    """Everything that was said, by anybody or by ?reader=, oldest first; to undo, PUT an older one."""
    versions = services().verdicts.history(find(id_).id, _asked_reader())
    return {"versions": [{"version": one.number, "saved": one.saved, "verdict": one.verdict} for one in versions]}


@bp.get("/verdicts.csv")
def as_table() -> Response:
    """What each reader said last, oldest analysis first."""
    headers = {"Cache-Control": "private, no-store", "Content-Disposition": 'attachment; filename="verdicts.csv"'}
    text = table(judged for line in reversed(services().store.newest_first()) for judged in _judged(line))
    return Response(text, content_type="text/csv; charset=utf-8", headers=headers)


@bp.get("/preferences/<reader>")
def preferences(reader: str) -> ResponseReturnValue:
    """What the reader set; {} where nothing."""
    return services().preferences.of(_named(reader))


@bp.put("/preferences/<reader>")
def save_preferences(reader: str) -> ResponseReturnValue:
    """Set all of it."""
    name, sent = _named(reader), sent_json(request, LARGEST_PREFERENCES)
    check(sent, "Preferences", VERDICTS, "bad_preferences")
    services().preferences.save(name, sent)
    return dict(sent)


def expected_versions() -> set[int] | None:
    """Numbers that If-Match names; {0} without it or with If-None-Match: *, for a first verdict; None for `*`."""
    if request.if_match.star_tag:
        return None
    tags = request.if_match.as_set()
    return {int(tag) for tag in tags if tag.isdecimal() and tag.isascii()} or ({-1} if tags else {0})


def _answer(version: Version) -> Response:
    response = jsonify(version.verdict)
    response.set_etag(str(version.number))
    return response


def _judged(line: Record) -> Iterator[Judged]:
    versions = services().verdicts.history(line.id) if line.state == DONE else ()
    record = services().store.get(line.id) if versions else None
    for reader in dict.fromkeys(one.verdict["reader"] for one in versions):
        if record:
            yield Judged(record, [one for one in versions if one.verdict["reader"] == reader])


def _asked_reader() -> str | None:
    asked = request.args.get("reader")
    return None if asked is None else _named(asked)


def _named(reader: str) -> str:
    """Raises ProblemError bad_parameter."""
    if not re.fullmatch(READER_NAME, reader) or not reader.isprintable():
        raise ProblemError("bad_parameter", "A reader's name is 1 to 40 letters, digits, spaces, dots, - and _.")
    return reader
