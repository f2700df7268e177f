"""A device with passkeys, in software: answers what a browser would, and wrongly where it is told to."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

ADDRESS = "https://reunify.example.org"
PRESENT, VERIFIED, NEW_KEY = 1, 4, 64


@dataclass(slots=True)
class PasskeyDevice:
    """One passkey. `origin` and `site` are what its browser shows; `count` goes up with each use, unless it `counts`
    nothing; `flags` say that somebody was present and verified.
    """

    origin: str = ADDRESS
    site: str = "reunify.example.org"
    count: int = 0
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    holder: str | None = None

    @property
    def name(self) -> str:
        return bytes_to_base64url(self.id)

    def create(self, options: str) -> str:
        """As `navigator.credentials.create` answers."""
        asked = json.loads(options)
        self.holder = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        kept = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._seen(NEW_KEY) + kept}
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=said, attestationObject=cbor2.dumps(statement))

    def get(self, options: str) -> str:
        """As `navigator.credentials.get` answers."""
        self.count += self.counts
        said, seen = self._said("webauthn.get", json.loads(options)["challenge"]), self._seen()
        signature = self.key.sign(seen + hashlib.sha256(said).digest(), ECDSA(SHA256()))
        answer = json.loads(self._answer(clientDataJSON=said, authenticatorData=seen, signature=signature))
        answer["response"]["userHandle"] = self.holder
        return json.dumps(answer)

    def _seen(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.site.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4, "big")

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, **response: bytes) -> str:
        answer: dict[str, Any] = {"id": self.name, "rawId": self.name, "type": "public-key"}
        answer["response"] = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps(answer | {"clientExtensionResults": {}})
