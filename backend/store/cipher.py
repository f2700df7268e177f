"""Encryption at rest: AES-256-GCM under the newest data key, the key's id in each value, each value bound to its place.

A value is the id of the key (8 bytes), a random nonce (12), and what was encrypted with its tag (16 more).
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import InitVar, dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Seal = Callable[[bytes, str], bytes]

KEY_ID_BYTES = 8
_NONCE_BYTES = 12
SEAL_BYTES = KEY_ID_BYTES + _NONCE_BYTES + 16
"""What a sealed value is longer than what it says: the tag of AES-GCM too."""


class UnreadableError(Exception):
    """A value that does not open here: it was changed, is of another place, or its key is not among ours."""


class WrongKeysError(Exception):
    """The keys are not those of this database: one line that says what is missing and what helps."""


def nothing_new() -> None:
    """For keys that stay what they are as long as the process runs."""


@dataclass(frozen=True, slots=True)
class _Key:
    id: bytes
    aead: AESGCM
    secret: bytes = field(repr=False)


@dataclass(slots=True, eq=False)
class Cipher:
    """`keys` are the data keys, the present one first; older ones open what they closed.

    `changed` gives the keys anew where they are others than it gave last, else None. It is asked before each writing,
    and when a value is of an unknown key, so that a running process learns of a new key before anything is lost by it.
    `pepper` is the secret of keyed hashes, and is never exchanged.
    """

    keys: InitVar[Sequence[bytes]]
    pepper: bytes = field(repr=False)
    changed: Callable[[], Sequence[bytes] | None] = field(default=nothing_new, repr=False)
    _known: dict[bytes, _Key] = field(default_factory=dict, init=False, repr=False)
    _newest: _Key = field(init=False, repr=False)

    def __post_init__(self, keys: Sequence[bytes]) -> None:
        self._take(keys)

    @property
    def present_id(self) -> str:
        """The id of the key that is written with."""
        return self._present().id.hex()

    @property
    def known_ids(self) -> frozenset[str]:
        self._present()
        return frozenset(key_id.hex() for key_id in self._known)

    def seal(self, content: bytes, place: str) -> bytes:
        """`content` encrypted under the present key, to be opened for the same `place` only."""
        return self.sealing()(content, place)

    def sealing(self) -> Seal:
        """`seal` under the key of now, for what is written together: the key is looked for once."""
        key = self._present()

        def seal(content: bytes, place: str) -> bytes:
            nonce = secrets.token_bytes(_NONCE_BYTES)
            return key.id + nonce + key.aead.encrypt(nonce, content, _bytes(place))

        return seal

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises: UnreadableError."""
        nonce_at, content_at = KEY_ID_BYTES, KEY_ID_BYTES + _NONCE_BYTES
        key_id = sealed[:nonce_at]
        key = self._known.get(key_id)
        if key is None:
            self._present()
            key = self._known.get(key_id)
        if key is None:
            raise UnreadableError(f"{place}: the key {key_id.hex()} is not here")
        try:
            return key.aead.decrypt(sealed[nonce_at:content_at], sealed[content_at:], _bytes(place))
        except (InvalidTag, ValueError) as error:
            raise UnreadableError(f"{place}: changed, or of another place") from error

    def open_factor_of_before(self, kept: str, account_id: str) -> bytes:
        """A second factor as it was kept before there were data keys: under the credentials key, now one of ours.

        Raises: UnreadableError.
        """
        for key in self._known.values():
            with suppress(InvalidTag, ValueError):
                content = base64.b64decode(kept.partition(":")[2], validate=True)
                before = AESGCM(hashlib.sha256(b"second factor\0" + key.secret).digest())
                return before.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], account_id.encode())
        raise UnreadableError(f"credentials/{account_id}: no second factor of this account")

    def is_present(self, sealed: bytes) -> bool:
        """Whether a value is under the key that is written with."""
        return sealed[:KEY_ID_BYTES] == self._present().id

    def keyed_hash(self, purpose: str, text: str) -> str:
        """HMAC-SHA256 in hexadecimal, for what is looked up or compared: whoever has the disk alone can try no guess.

        `purpose` keeps hashes for different uses apart.
        """
        return hmac.digest(self.pepper, _bytes(f"kept beside\0{purpose}\0{text}"), "sha256").hex()

    def _present(self) -> _Key:
        newer = self.changed()
        if newer is not None:
            self._take(newer)
        return self._newest

    def _take(self, keys: Sequence[bytes]) -> None:
        for key in keys:
            key_id = key_id_of(key)
            self._known.setdefault(key_id, _Key(key_id, AESGCM(_cipher_key(key)), key))
        self._newest = self._known[key_id_of(keys[0])]


def key_id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"id of the key\0" + key).digest()[:KEY_ID_BYTES]


def _cipher_key(key: bytes) -> bytes:
    """32 bytes, whatever length an operator's secret has: it is random, so a plain hash is enough."""
    return hashlib.sha256(b"data key\0" + key).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
