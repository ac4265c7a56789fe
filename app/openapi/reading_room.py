"""Studies, verdicts and preferences: what readers work with."""

from __future__ import annotations

from app.openapi.parts import CSV, GONE, ID, JSON, Json, body, operation, parameter, problems, ref

STUDY_ID = parameter("id", "path", {"type": "string"}, "As in `study` of an analysis.")
NO_STUDY = problems(_404="not_found: no study with this id")
UNCHANGED: Json = {"304": {"description": "As If-None-Match has it"}}
FOREIGN = problems(_403="forbidden_origin")


def studies() -> Json:
    listed = {"200": body("Newest first", JSON, ref("StudyList")), **UNCHANGED}
    study = body("Its images and what they add up to", JSON, ref("Study"))
    deleted = {"204": {"description": "In the bin, and after some minutes gone"}, **NO_STUDY, **FOREIGN}
    news = body("ready; then analysis with an AnalysisLine, gone with an id", "text/event-stream")
    return {
        "/api/v1/events": {"get": operation("followWorklist", "News of every analysis, server-sent", {"200": news})},
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


def verdicts() -> Json:
    tag: Json = {"headers": {"ETag": {"schema": {"type": "string"}, "description": "Number of the version"}}}
    said = body("What was said", JSON, ref("Verdict"), **tag)
    none = {"204": {"description": "Nothing was said yet", **tag}}
    refused = problems(
        _400="bad_request: no JSON",
        _403="forbidden_origin",
        _409="not_ready: about a finished analysis",
        _412="verdict_changed: If-Match is neither the reader's latest nor the latest of all, or is missing",
        _413="upload_too_large",
        _422="bad_verdict",
    )
    reader = parameter("reader", "query", {"type": "string"}, "What this reader said; without it, what anybody said.")
    bad = problems(_400="bad_parameter")
    match = parameter("If-Match", "header", {"type": "string"}, "ETag of what it replaces; `*`: whatever there is.")
    sent: Json = {"required": True, "content": {JSON: {"schema": ref("Verdict")}}}
    history = {"200": body("Oldest first", JSON, ref("VerdictHistory")), **GONE}
    table = {"200": body("Of each reader: a row for each mark, drawn shape and untouched finding", CSV)}
    saved = {"201": said, "200": said, **refused, **GONE}
    return {
        "/api/v1/analyses/{id}/verdict": {
            "parameters": [ID],
            "get": operation(
                "showVerdict", "What a reader says", {"200": said, **none, **bad, **GONE}, parameters=[reader]
            ),
            "put": operation("saveVerdict", "Say it", saved, parameters=[match], requestBody=sent),
        },
        "/api/v1/analyses/{id}/verdict/history": {
            "parameters": [ID],
            "get": operation("listVerdicts", "All that was said", {**history, **bad}, parameters=[reader]),
        },
        "/api/v1/verdicts.csv": {"get": operation("exportVerdicts", "Table for reader studies", table)},
    }


def preferences() -> Json:
    reader = parameter("reader", "path", {"type": "string"}, "The name that the reader chose.")
    kept = {"200": body("What is set", JSON, ref("Preferences")), **problems(_400="bad_parameter or bad_request")}
    refused = problems(_403="forbidden_origin", _413="upload_too_large", _422="bad_preferences")
    sent: Json = {"required": True, "content": {JSON: {"schema": ref("Preferences")}}}
    return {
        "/api/v1/preferences/{reader}": {
            "parameters": [reader],
            "get": operation("showPreferences", "What a reader set", kept),
            "put": operation("savePreferences", "Set all of it", {**kept, **refused}, requestBody=sent),
        }
    }
