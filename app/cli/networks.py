"""The options --models and --second-opinion: which networks an analysis asks, where the environment does not say."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app.settings import Settings

MODELS = click.option(
    "--models",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A models.toml that names other networks for some tasks; see docs/models.md.",
)
SECOND = click.option(
    "--second-opinion/--no-second-opinion",
    "second_opinion",
    default=None,
    help="Ask a second network about each mass, or do not. [default: ask]",
)


def network_options(command: Callable[..., Any]) -> Callable[..., Any]:
    return MODELS(SECOND(command))


def with_networks(settings: Settings, models: Path | None, second_opinion: bool | None) -> Settings:
    """The settings, changed by what was typed."""
    typed: dict[str, Any] = {"models": models, "second_opinion": second_opinion}
    return dataclasses.replace(settings, **{name: value for name, value in typed.items() if value is not None})


def fingerprint(settings: Settings) -> str:
    """Twelve digits that change with any network that an analysis asks; empty where they cannot be told."""
    from pipeline.errors import ModelUnavailable
    from pipeline.model_choice import chosen_networks

    try:
        chosen = chosen_networks(settings.weights_dir, settings.models)
    except ModelUnavailable:  # every analysis will say so
        return ""
    asked = [network.provenance for task, network in chosen.items() if settings.second_opinion or task != "hybrid"]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:12]
