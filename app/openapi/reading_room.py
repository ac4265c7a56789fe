"""Studies, verdicts and preferences: what readers work with."""

from __future__ import annotations

from app.openapi.parts import JSON, Json, body, operation, parameter, problems, ref

STUDY_ID = parameter("id", "path", {"type": "string"}, "As in `study` of an analysis.")
NO_STUDY = problems(_404="not_found: no study with this id")
UNCHANGED: Json = {"304": {"description": "As If-None-Match has it"}}
FOREIGN = problems(_403="forbidden_origin")


def studies() -> Json:
    listed = {"200": body("Newest first", JSON, ref("StudyList")), **UNCHANGED}
    study = body("Its images and what they add up to", JSON, ref("Study"))
    deleted = {"204": {"description": "In the bin, and after some minutes gone"}, **NO_STUDY, **FOREIGN}
    return {
        "/api/v1/studies": {"get": operation("listStudies", "The worklist", listed)},
        "/api/v1/studies/{id}": {
            "parameters": [STUDY_ID],
            "get": operation("showStudy", "One examination", {"200": study, **UNCHANGED, **NO_STUDY}),
            "delete": operation("deleteStudy", "Delete all of it", deleted),
        },
        "/api/v1/studies/{id}/restore": {
            "parameters": [STUDY_ID],
            "post": operation(
                "restoreStudy", "Bring back what was deleted last", {"200": study, **NO_STUDY, **FOREIGN}
            ),
        },
    }
