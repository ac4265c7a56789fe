"""What is known of the networks in use: their cards."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.schemas import card_to_json
from app.services import services
from pipeline.model_choice import chosen_networks

bp = Blueprint("models", __name__, url_prefix="/api/v1/models")


@bp.get("")
def index() -> ResponseReturnValue:
    """The card of each task, in the order of an analysis; none where the folder holds none."""
    settings = services().settings
    chosen = chosen_networks(settings.weights_dir, settings.models)
    return {"models": [card_to_json(network.card) for network in chosen.values()]}
