"""The key of pseudonyms: whoever has it can tell which new UID or patient ID was which old one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

KEY_BYTES = 32
FILE = "pseudonyms.key"  # in the data folder: for what the service gives out without the patient


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def key_at(path: Path) -> bytes:
    """What the file holds; it is made, for its owner only, where it is missing. Raises ValueError for a short one."""
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ValueError(f"The key file holds {len(key)} bytes; {KEY_BYTES} are needed. Remove it for a new one.")
    return key


def _make(path: Path) -> None:
    """Whole or not at all, and by one of several who may try at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(new_key())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
