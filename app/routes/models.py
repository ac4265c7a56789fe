"""What is known of the networks in use: their cards."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.schemas import card_to_json
from app.services import services
from models.weights import WeightsError, cards
from pipeline.errors import ModelUnavailable

bp = Blueprint("models", __name__, url_prefix="/api/v1/models")

TASKS = ("detector", "segmenter", "pathology", "masking", "cancer")


@bp.get("")
def index() -> ResponseReturnValue:
    """The card of each task, in the order of an analysis; none where the folder holds none."""
    try:
        by_task = {card.task: card for card in cards(services().settings.weights_dir)}  # the last, as load_models()
    except WeightsError as error:
        raise ModelUnavailable(str(error)) from error
    return {"models": [card_to_json(by_task[task]) for task in TASKS if task in by_task]}
