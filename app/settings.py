"""Settings: frozen, read from the environment once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.network.nodes import NodeError, parse_node
from pipeline.document import DISCLAIMER as DISCLAIMER

RESULT_KINDS = ("cad_sr", "sr", "seg", "gsps", "sc", "pdf")  # of pipeline.export.result_objects
SWITCH = {"on": True, "off": False}
ROOT = Path(__file__).resolve().parent.parent  # the checkout, or site-packages


class SettingError(ValueError):
    """An environment variable that does not read as what it should be; the text names it."""


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """$XDG_DATA_HOME/mammoscope, as the XDG Base Directory Specification 0.8 places it."""
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "mammoscope"


@dataclass(frozen=True)
class Settings:
    """Each field but `frontend` is the environment variable MAMMOSCOPE_<NAME IN CAPITALS>; docs/http.md lists them."""

    data_dir: Path  # results and pictures; readable by its owner only
    host: str = "127.0.0.1"
    port: int = 8080
    max_upload_bytes: int = 256 * 1024 * 1024
    max_pixels: int = 64_000_000  # rows x columns
    retention_days: float = 30.0  # results older than this are deleted; 0 keeps them
    undo_minutes: float = 10.0  # what was deleted can be brought back for so long; 0: it goes at once
    threads: int = 8  # requests answered at a time
    inference_threads: int = 2
    queue_limit: int = 16  # analyses waiting; one more gets 503 queue_full
    cors_origins: tuple[str, ...] = ()  # pages of other origins that may call us, e.g. http://localhost:5000
    trusted_hosts: tuple[str, ...] = ()  # names we are called by; none: this machine's own when only it can call
    send_to: str = ""  # AET@host:port or a DICOMweb address: where results of received objects go; empty: nowhere
    results: tuple[str, ...] = ("cad_sr", "seg")  # the objects made of an analysis: RESULT_KINDS
    weights_dir: Path | None = None  # None: the weights that came with the program
    models: Path | None = None  # a models.toml that names other networks for some tasks (docs/models.md)
    second_opinion: bool = True  # whether a second network is asked about each mass, unless a request says otherwise
    frontend_dir: Path = field(default=ROOT / "frontend" / "dist")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Raises SettingError."""
        environ = os.environ if environ is None else environ
        read = _Reader(environ)
        weights, frontend = environ.get("MAMMOSCOPE_WEIGHTS_DIR"), environ.get("MAMMOSCOPE_FRONTEND_DIR")
        models = environ.get("MAMMOSCOPE_MODELS")
        return cls(
            data_dir=Path(environ.get("MAMMOSCOPE_DATA_DIR") or default_data_dir(environ)).expanduser(),
            host=environ.get("MAMMOSCOPE_HOST") or cls.host,
            port=int(read.number("PORT", cls.port, least=0, most=65535)),
            max_upload_bytes=int(read.number("MAX_UPLOAD_BYTES", cls.max_upload_bytes, least=1)),
            max_pixels=int(read.number("MAX_PIXELS", cls.max_pixels, least=1)),
            retention_days=read.number("RETENTION_DAYS", cls.retention_days),
            undo_minutes=read.number("UNDO_MINUTES", cls.undo_minutes),
            threads=int(read.number("THREADS", cls.threads, least=2)),
            inference_threads=int(read.number("INFERENCE_THREADS", cls.inference_threads, least=1)),
            queue_limit=int(read.number("QUEUE_LIMIT", cls.queue_limit, least=1)),
            cors_origins=read.names("CORS_ORIGINS"),
            trusted_hosts=read.names("TRUSTED_HOSTS"),
            send_to=read.destination("SEND_TO"),
            results=read.choices("RESULTS", RESULT_KINDS) or cls.results,
            weights_dir=Path(weights).expanduser() if weights else None,
            models=Path(models).expanduser() if models else None,
            second_opinion=read.switch("SECOND_OPINION", cls.second_opinion),
            frontend_dir=Path(frontend).expanduser() if frontend else ROOT / "frontend" / "dist",
        )


@dataclass(frozen=True)
class _Reader:
    environ: Mapping[str, str]

    def number(self, name: str, default: float, least: float = 0, most: float = float("inf")) -> float:
        text = self.environ.get(f"MAMMOSCOPE_{name}", "").strip()
        try:
            value = float(text) if text else float(default)
        except ValueError:
            raise SettingError(f"MAMMOSCOPE_{name} is {text!r}; expected a number.") from None
        if not least <= value <= most:
            raise SettingError(f"MAMMOSCOPE_{name} is {text}; expected a number from {least:g} to {most:g}.")
        return value

    def switch(self, name: str, default: bool) -> bool:
        text = self.environ.get(f"MAMMOSCOPE_{name}", "").strip().lower()
        if text not in ("", *SWITCH):
            raise SettingError(f"MAMMOSCOPE_{name} is {text!r}; expected on or off.")
        return SWITCH.get(text, default)

    def names(self, name: str) -> tuple[str, ...]:
        """What stands between commas."""
        parts = self.environ.get(f"MAMMOSCOPE_{name}", "").split(",")
        return tuple(part.strip() for part in parts if part.strip())

    def choices(self, name: str, known: tuple[str, ...]) -> tuple[str, ...]:
        chosen = self.names(name)
        if unknown := [choice for choice in chosen if choice not in known]:
            raise SettingError(f"MAMMOSCOPE_{name} has {unknown[0]!r}; expected some of {', '.join(known)}.")
        return chosen

    def destination(self, name: str) -> str:
        """An address results are sent to, or nothing."""
        text = self.environ.get(f"MAMMOSCOPE_{name}", "").strip()
        try:
            return str(parse_node(text)) if text else ""
        except NodeError as error:
            raise SettingError(f"MAMMOSCOPE_{name}: {error}") from None
