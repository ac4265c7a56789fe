"""Analyses: start, list, show, delete, follow."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import IO, Any, BinaryIO, cast

from flask import Blueprint, Response, g, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import ProblemError, problem, problem_of, respond
from app.jobs import Upload
from app.routes.answers import tagged
from app.routes.streams import LONGEST_STREAM_S, event, stream
from app.schemas import record_to_json, record_to_line
from app.services import Services, services
from app.store import FAILED, SOURCE_HEADERS, Record
from pipeline.errors import PipelineError
from pipeline.read_spacing import parse_spacing
from pipeline.study import Entry, Limits, study_of_zip
from pipeline.study_zip import starts_a_zip

bp = Blueprint("analyses", __name__, url_prefix="/api/v1/analyses")

LONGEST_WAIT_S = 60.0
LONGEST_NAME = 200  # characters of a file name


def find(id_: str) -> Record:
    """Raises ProblemError not_found."""
    record = services().store.get(id_)
    if record is None:
        raise gone()
    return record


def gone() -> ProblemError:
    return ProblemError("not_found", "There is no analysis with this id; it may have been deleted.")


@bp.post("")
def start() -> ResponseReturnValue:
    """Queue an analysis: 202, or 201 with the result when the sender prefers to wait and it came in time.

    A ZIP is a study: 202 with an entry for each of its files.
    """
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise ProblemError("missing_file", "Send the image as the multipart form field 'file'.")
    spacing_mm = spacing_by_hand(request.form.get("pixel_spacing_mm", ""))
    sent_with = sent_together(request.form.get("upload", ""), request.form.get("label", ""))
    sent_with = replace(sent_with, ask_second=switch("second_opinion", request.form.get("second_opinion", "")))
    if starts_a_zip(upload.stream.read(4)):
        name = sent_with.label or shown_name(upload.filename).removesuffix(".zip")
        return start_study(
            upload.stream, spacing_mm, replace(sent_with, token=sent_with.token or uuid.uuid4().hex, label=name)
        )
    upload.stream.seek(0)
    seconds = preferred_wait(request.headers.get("Prefer", ""))
    record = services().jobs.submit(shown_name(upload.filename), upload.read(), spacing_mm, sent_with)
    location = {"Location": url_for(".show", id_=record.id)}
    if seconds is not None:
        location["Preference-Applied"] = f"wait={seconds:g}"
        if finished := _finished(record.id, seconds, location):
            return finished
    return {"id": record.id, "state": record.state, "file": record.file, "study": record.study}, 202, location


def start_study(stream: IO[bytes], spacing_mm: tuple[float, float] | None, sent_with: Upload) -> ResponseReturnValue:
    """Queue every image of a ZIP; what is refused stands in its place with its problem document.

    Raises ProblemError queue_full when nothing more may wait, and PipelineError for a ZIP that cannot be opened.
    """
    services().jobs.check_room()
    limits = Limits(entry_bytes=services().settings.max_upload_bytes)
    accepted = [_started(entry, spacing_mm, sent_with) for entry in study_of_zip(cast(BinaryIO, stream), limits)]
    if all("error" in entry for entry in accepted):
        refused = problem("unreadable_archive", "None of the ZIP's files could be taken; see analyses.")
        return respond({**refused, "analyses": accepted})
    return {"analyses": accepted}, 202


def _started(entry: Entry, spacing_mm: tuple[float, float] | None, sent_with: Upload) -> dict[str, Any]:
    name = entry.name[:LONGEST_NAME]
    try:
        record = services().jobs.submit(name, entry.load(), spacing_mm, sent_with)
    except PipelineError as error:
        return {"file": name, "error": problem_of(entry.explained(error))}
    except ProblemError as error:
        return {"file": name, "error": problem_of(error)}
    location = url_for(".show", id_=record.id)
    return {"id": record.id, "state": record.state, "file": name, "study": record.study, "location": location}


def sent_together(token: str, label: str) -> Upload:
    """The form fields `upload`, the same in every file that was dropped at once, and `label`, what to call them.

    Raises ProblemError bad_parameter.
    """
    if token and not re.fullmatch(r"[A-Za-z0-9_-]{8,64}", token):
        raise ProblemError("bad_parameter", "upload is 8 to 64 letters, digits, - and _, drawn by chance.")
    return Upload(token, shown_name(label) if label.strip() else None)


def switch(name: str, word: str) -> bool | None:
    """A form field that is `on` or `off`; None where it was not sent. Raises ProblemError bad_parameter."""
    if word not in ("", "on", "off"):
        raise ProblemError("bad_parameter", f"{name} is on or off.")
    return word == "on" if word else None


def spacing_by_hand(words: str) -> tuple[float, float] | None:
    """The form field pixel_spacing_mm: `0.07`, or row and column. Raises ProblemError bad_parameter."""
    try:
        return parse_spacing(words) if words.strip() else None
    except ValueError as error:
        raise ProblemError("bad_parameter", f"pixel_spacing_mm: {error}.") from None


def _finished(id_: str, seconds: float, headers: dict[str, str]) -> ResponseReturnValue | None:
    record = services().jobs.wait(id_, seconds)
    if record is None or not record.over:
        return None
    if record.state == FAILED:  # the sender learns it here and never got the id: nothing to keep
        services().jobs.delete(id_)
        return respond(record.error or problem("internal_error", "The analysis failed."))
    return {**(record.document or {}), "id": record.id}, 201, headers


@bp.get("")
def index() -> ResponseReturnValue:
    """Every stored analysis, newest first."""
    return tagged({"analyses": [record_to_line(record) for record in services().store.newest_first()]})


@bp.get("/<id_>")
def show(id_: str) -> ResponseReturnValue:
    """Where it stands, and the result once done."""
    record = find(id_)
    return record_to_json(record, (services().store.folder(record.id) / SOURCE_HEADERS).is_file())


@bp.delete("/<id_>")
def delete(id_: str) -> ResponseReturnValue:
    """Put an analysis, finished or not, into the bin; after some minutes it goes with its files."""
    if not services().jobs.put_away(id_):
        raise gone()
    return "", 204


@bp.post("/<id_>/restore")
def restore(id_: str) -> ResponseReturnValue:
    """Bring a deleted analysis back."""
    g.audited = services().jobs.bin.bring_back(id_)
    services().jobs.came_back(g.audited)
    return record_to_line(find(id_))


@bp.get("/<id_>/events")
def events(id_: str) -> Response:
    """Server-sent events: `stage` at each stage, then `done` or `failed`."""
    find(id_)
    return stream(lambda parts: _news(parts, id_))


def _news(parts: Services, id_: str) -> Iterator[str]:
    told: str | None = None
    for record in parts.jobs.news.follow(id_, LONGEST_STREAM_S):
        if record is None:
            yield event("failed", problem("not_found", "The analysis was deleted."))
        elif record.state == FAILED:
            yield event("failed", record.error or {})
        elif record.over:
            yield event("done", {"id": record.id, "state": record.state})
        elif record.stage and record.stage != told:
            told = record.stage
            yield event("stage", {"stage": told})
        else:
            yield ": still there\n\n"  # so that a closed browser is noticed


def preferred_wait(header: str) -> float | None:
    """Seconds of `Prefer: wait=N` (RFC 7240 4.3), at most LONGEST_WAIT_S; None without one."""
    found = re.search(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?', header)
    return min(float(found.group(1)), LONGEST_WAIT_S) if found else None


def shown_name(sent: str) -> str:
    """The last part of the name that was sent, without control characters; it is shown and never opened."""
    name = PurePosixPath(sent.replace("\\", "/")).name
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME] or "unnamed"
