"""What is trained, how and on what: one config file a model and size, read into frozen values."""

from __future__ import annotations

from pathlib import Path

from training.recipes.read import RecipeError

SHIPPED = Path(__file__).parent
COMPACT = "compact"


def shipped() -> tuple[str, ...]:
    """Their names, as `mammoscope train` takes them."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml")))


def find(wanted: str, preset: str | None = None) -> Path:
    """The file that is meant by a shipped recipe's name, a model's name (its compact recipe) or a path.

    Raises RecipeError where nothing is meant by it.
    """
    if wanted.endswith(".toml") and Path(wanted).is_file():
        return Path(wanted)
    names = [wanted] if preset is None else []
    for name in (*names, f"{wanted}-{preset or COMPACT}"):
        if name in shipped():
            return SHIPPED / f"{name}.toml"
    also = f" {preset}" if preset else ""
    raise RecipeError(f"no{also} recipe {wanted!r}: expected a .toml file of yours, or one of {', '.join(shipped())}")
