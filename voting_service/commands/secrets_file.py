"""Secrets: made once, into a file that only its owner reads; never printed, never made anew over old ones."""

from __future__ import annotations

import os
import secrets
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

from ..encryption import Keyring

Makers = Mapping[str, Callable[[], str]]


def _letters(length: int) -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(length))


ENCRYPTION_KEYS = "VOTING_ENCRYPTION_KEYS"
SERVICE: Makers = {
    "VOTING_SECRET_KEY": lambda: secrets.token_urlsafe(48),
    ENCRYPTION_KEYS: Keyring.generate,
}
"""What no service runs without."""
STAND_IN_ACCOUNT: Makers = {
    "VOTING_WECHAT_APP_SECRET": lambda: secrets.token_hex(16),
    "VOTING_WECHAT_TOKEN": lambda: _letters(32),
    "VOTING_WECHAT_AES_KEY": lambda: _letters(43),
}
"""The account at the stand-in for WeChat. A real account's come from WeChat's console."""


def write_env_file(path: Path, makers: Makers = SERVICE) -> list[str]:
    """Add whichever secret the file does not have yet; gives the names of those made."""
    have = dotenv_values(path) if path.is_file() else {}
    missing = [name for name in makers if not have.get(name)]
    if missing:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8") as file:
            os.fchmod(descriptor, 0o600)
            if path.stat().st_size and not path.read_bytes().endswith(b"\n"):
                file.write("\n")  # or the secret would become part of the last setting
            file.writelines(f"{name}={makers[name]()}\n" for name in missing)
            file.flush()
            os.fsync(descriptor)
    return missing


def put_settings(path: Path, settings: Mapping[str, str]) -> None:
    """Give these settings of the file these values, where it has others or none; its other lines stay as they are."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    kept = [line for line in lines if line.partition("=")[0] not in settings]
    whole = [*kept, *(f"{name}={value}" for name, value in settings.items())]
    # Beside it first: whoever reads it meanwhile finds the old file or the new one.
    beside = path.with_name(path.name + ".new")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write("\n".join([*whole, ""]))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def key_numbers(path: Path) -> tuple[int, ...] | None:
    """The numbers of the encryption keys in the file; None where it has none that are any good."""
    text = dotenv_values(path).get(ENCRYPTION_KEYS) if path.is_file() else None
    try:
        return Keyring.parse(text).numbers if text else None
    except ValueError:
        return None


def add_key(path: Path, number: int) -> None:
    """Add one fresh encryption key to those of the file, which stay."""
    have = dotenv_values(path)[ENCRYPTION_KEYS]
    put_settings(path, {ENCRYPTION_KEYS: f"{have},{Keyring.generate(number)}"})
