"""The secret keys: from the settings, else from the data folder, where missing ones are made on the first start."""

import base64
import fcntl
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from backend.settings.kinds import data_keys_in, split
from backend.settings.settings import Settings, file_of
from backend.store.private_file import private_folder, write_private

NAMES = ("vapid_private_key", "token_pepper", "cursor_key", "photo_key", "audit_key", "data_keys")
BEFORE_DATA_KEYS = "credentials_key"
"""What an older release encrypted second factors with; it becomes the oldest of the data keys."""
FORMER = "vapid_former_keys"
"""Keys for Web Push that some devices still have, with commas between; there are none until the key is renewed."""
VAPID_KEY_BYTES = 32


class KeysError(Exception):
    """The keys cannot be read or kept: one line that says where and why."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`vapid_private_key` as its owner wrote it, or as 32 bytes in base64url; the others are secrets of any length.

    `data_keys` are the keys that encrypt what is kept, the present one first; `changed_data_keys` gives them anew when
    the file that they come from was exchanged.
    """

    vapid_private_key: str = field(repr=False)
    token_pepper: bytes = field(repr=False)
    cursor_key: bytes = field(repr=False)
    photo_key: bytes = field(repr=False)
    audit_key: bytes = field(repr=False)
    data_keys: tuple[bytes, ...] = field(repr=False)
    changed_data_keys: Callable[[], Sequence[bytes] | None] = field(repr=False, compare=False)
    vapid_former_keys: tuple[str, ...] = field(default=(), repr=False)


def load_keys(settings: Settings, warn: Callable[[str], object]) -> Keys:
    """Every key, the settings' own before those kept in `data_folder/keys.json`. Raises KeysError."""
    watched = _watched(settings)  # before the keys are read, so that no change between is missed
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
        data_keys=as_keys(chosen["data_keys"]),
        changed_data_keys=watched.changed,
        vapid_former_keys=former_keys(settings, chosen),
    )


@dataclass(slots=True)
class WatchedFile:
    """The data keys in a file that may be exchanged while we run. A look costs a few microseconds.

    A file that cannot be read, or holds no keys, changes nothing: what is running goes on with the keys that it has.
    """

    path: Path | None
    read: Callable[[Path], str]
    seen: tuple[int, int, int] | None = None

    def __post_init__(self) -> None:
        self.seen = self._stamp()

    def changed(self) -> tuple[bytes, ...] | None:
        stamp = self._stamp()
        if self.path is None or stamp is None or stamp == self.seen:
            return None
        with suppress(OSError, ValueError, KeyError, KeysError):
            keys = as_keys(self.read(self.path))
            self.seen = stamp
            return keys
        return None

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = None if self.path is None else self.path.stat()
        except OSError:
            return None
        return None if found is None else (found.st_ino, found.st_mtime_ns, found.st_size)


def _watched(settings: Settings) -> WatchedFile:
    if settings.data_keys is None:
        return WatchedFile(settings.data_folder / "keys.json", lambda path: read_keys(path)["data_keys"])
    return WatchedFile(file_of("data_keys"), lambda path: data_keys_in(path.read_text(encoding="utf-8")))


def as_keys(text: str) -> tuple[bytes, ...]:
    return tuple(key.encode() for key in text.split())


def add_data_key(settings: Settings) -> None:
    """Put a new data key before the others in `keys.json`. Raises KeysError where the settings name the data keys."""
    _change_data_keys(settings, lambda keys: [new_key("data_keys"), *keys])


def keep_newest_data_key(settings: Settings) -> None:
    """Take all data keys but the present one out of `keys.json`. Raises KeysError where the settings name them."""
    _change_data_keys(settings, lambda keys: keys[:1])


def _change_data_keys(settings: Settings, change: Callable[[list[str]], list[str]]) -> None:
    if settings.data_keys is not None:
        raise KeysError(
            "The data keys come from REUNIFY_DATA_KEYS: change them there, on every host (see docs/OPERATING.md)."
        )
    with _locked(settings.data_folder) as path:
        kept = read_keys(path)
        kept["data_keys"] = " ".join(change(kept["data_keys"].split()))
        write_private(path, json.dumps(kept, indent=2) + "\n")


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
    with _locked(folder) as path:
        kept = read_keys(path)
        made = {name: new_key(name) for name in NAMES if name not in kept}
        if "data_keys" in made and BEFORE_DATA_KEYS in kept:
            made["data_keys"] += f" {kept.pop(BEFORE_DATA_KEYS)}"
        if made:
            write_private(path, json.dumps(kept | made, indent=2) + "\n")
    return kept | made, frozenset(made)


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """The path of the folder's keys, for as long as no other process changes them. Raises KeysError."""
    path = folder / "keys.json"
    try:
        private_folder(folder)
        with (folder / "keys.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path
    except OSError as error:
        raise KeysError(f"Cannot keep the keys in {path}: {error.strerror}.") from error


def read_keys(path: Path) -> dict[str, str]:
    """Refuses what it cannot read rather than make new keys: with other keys, everybody is signed out for good."""
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise KeysError(
            f"{path} is damaged: put back a copy of it (new keys open nothing, and sign everybody out)."
        ) from error
    if not isinstance(kept, dict) or not all(isinstance(value, str) and value.strip() for value in kept.values()):
        raise KeysError(f"{path} does not hold keys: put back a copy of it.")
    return {name: value for name, value in kept.items() if name in (*NAMES, BEFORE_DATA_KEYS, FORMER)}


def new_key(name: str) -> str:
    """32 random bytes in base64url, on the curve P-256 for the VAPID key."""
    if name != "vapid_private_key":
        return secrets.token_urlsafe(32)
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(number.to_bytes(VAPID_KEY_BYTES, "big")).rstrip(b"=").decode()
