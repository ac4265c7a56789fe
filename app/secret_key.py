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
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(file, "wb") as stream:
            stream.write(new_key())
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise ValueError(f"The key file holds {len(key)} bytes; {KEY_BYTES} are needed. Remove it for a new one.")
    return key
