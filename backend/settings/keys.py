"""The secret keys: from the settings, else from the data folder, where missing ones are made on the first start."""

import base64
import fcntl
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from backend.settings.settings import Settings, split
from backend.store.private_file import private_folder, write_private

NAMES = ("vapid_private_key", "token_pepper", "cursor_key", "photo_key", "audit_key", "credentials_key")
FORMER = "vapid_former_keys"
"""Keys for Web Push that some devices still have, with commas between; there are none until the key is renewed."""
VAPID_KEY_BYTES = 32


class KeysError(Exception):
    """The keys cannot be read or kept: one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`vapid_private_key` as its owner wrote it, or as 32 bytes in base64url; the others are secrets of any length."""

    vapid_private_key: str = field(repr=False)
    token_pepper: bytes = field(repr=False)
    cursor_key: bytes = field(repr=False)
    photo_key: bytes = field(repr=False)
    audit_key: bytes = field(repr=False)
    credentials_key: bytes = field(repr=False)
    vapid_former_keys: tuple[str, ...] = field(default=(), repr=False)


def load_keys(settings: Settings, warn: Callable[[str], object]) -> Keys:
    """Every key, the settings' own before those kept in `data_folder/keys.json`. Raises KeysError."""
    chosen = {name: secret.get_secret_value() for name in NAMES if (secret := getattr(settings, name)) is not None}
    if len(chosen) < len(NAMES):
        kept, made = kept_keys(settings.data_folder)
        if settings.mongodb_uri is not None and any(name in made for name in NAMES if name not in chosen):
            warn(
                f"Keys were made in {settings.data_folder / 'keys.json'}: every process on the same MongoDB needs the "
                "same ones. Copy that file, or set them (see `reunify serve --help`)."
            )
        chosen = kept | chosen
    return Keys(
        vapid_private_key=chosen["vapid_private_key"],
        token_pepper=chosen["token_pepper"].encode(),
        cursor_key=chosen["cursor_key"].encode(),
        photo_key=chosen["photo_key"].encode(),
        audit_key=chosen["audit_key"].encode(),
        credentials_key=chosen["credentials_key"].encode(),
        vapid_former_keys=former_keys(settings, chosen),
    )


def former_keys(settings: Settings, chosen: dict[str, str]) -> tuple[str, ...]:
    """The settings' own before those in the data folder."""
    named = settings.vapid_former_keys
    return tuple(split(chosen.get(FORMER, "") if named is None else named.get_secret_value()))


def renew_vapid_key(settings: Settings) -> None:
    """Make a new key for Web Push, and keep the present one for the devices that have it. Raises KeysError."""
    if settings.vapid_private_key is not None:
        raise KeysError(
            "The key for Web Push is a setting: put it into REUNIFY_VAPID_FORMER_KEYS, and another in its place."
        )
    path = settings.data_folder / "keys.json"
    kept_keys(settings.data_folder)  # where there are none yet, they are made
    try:
        with (settings.data_folder / "keys.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = read_keys(path)
            former = [kept["vapid_private_key"], *split(kept.get(FORMER, ""))]
            renewed = {"vapid_private_key": new_key("vapid_private_key"), FORMER: ",".join(former)}
            write_private(path, json.dumps(kept | renewed, indent=2) + "\n")
    except OSError as error:
        raise KeysError(f"Cannot keep the keys in {path}: {error.strerror}.") from error


def kept_keys(folder: Path) -> tuple[dict[str, str], frozenset[str]]:
    """The folder's keys, and which of them were made just now. Two processes that start at once agree on them."""
    path = folder / "keys.json"
    try:
        private_folder(folder)
        with (folder / "keys.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            kept = read_keys(path)
            made = {name: new_key(name) for name in NAMES if name not in kept}
            if made:
                write_private(path, json.dumps(kept | made, indent=2) + "\n")
    except OSError as error:
        raise KeysError(f"Cannot keep the keys in {path}: {error.strerror}.") from error
    return kept | made, frozenset(made)


def read_keys(path: Path) -> dict[str, str]:
    """Refuses what it cannot read rather than make new keys: with other keys, everybody is signed out for good."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise KeysError(
            f"{path} is damaged: put back a copy of it, or remove it (everybody must sign in anew)."
        ) from error
    if not isinstance(kept, dict) or not all(isinstance(value, str) and value for value in kept.values()):
        raise KeysError(f"{path} does not hold keys: put back a copy of it, or remove it.")
    return {name: value for name, value in kept.items() if name in {*NAMES, FORMER}}


def new_key(name: str) -> str:
    """32 random bytes in base64url, on the curve P-256 for the VAPID key."""
    if name != "vapid_private_key":
        return secrets.token_urlsafe(32)
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(VAPID_KEY_BYTES, "big")).rstrip(b"=").decode()
