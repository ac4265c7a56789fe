"""The worklist: analyses as the studies they belong to."""

from __future__ import annotations

from flask import Blueprint, g
from flask.typing import ResponseReturnValue

from app.errors import ProblemError
from app.routes.answers import tagged
from app.schemas import study_to_json
from app.services import services
from app.studies import Study

bp = Blueprint("studies", __name__, url_prefix="/api/v1/studies")


def find(id_: str) -> Study:
    """Raises ProblemError not_found."""
    study = services().studies.get(id_)
    if study is None:
        raise ProblemError("not_found", "There is no study with this id; it may have been deleted.")
    return study


@bp.get("")
def index() -> ResponseReturnValue:
    """Every study, newest first."""
    days = services().settings.retention_days
    return tagged({"studies": [study_to_json(study, days) for study in services().studies.newest_first()]})


@bp.get("/<id_>")
def show(id_: str) -> ResponseReturnValue:
    """Its images in the order in which they hang, and what they add up to."""
    study = find(id_)
    g.audited = [record.id for record in study.analyses]
    return tagged(study_to_json(study, services().settings.retention_days))


@bp.delete("/<id_>")
def delete(id_: str) -> ResponseReturnValue:
    """Put all of it into the bin."""
    g.audited = services().jobs.put_away(*(record.id for record in find(id_).analyses))
    return "", 204


@bp.post("/<id_>/restore")
def restore(id_: str) -> ResponseReturnValue:
    """Bring back what was deleted of it last."""
    g.audited = services().jobs.bin.bring_back_study(id_)
    services().jobs.came_back(g.audited)
    if not g.audited:
        raise ProblemError("not_found", "Nothing of this study can be brought back.")
    return study_to_json(find(id_), services().settings.retention_days)
