"""Passwords and sign-in names: how they are written, which are refused, and the slow hash that is kept."""

import asyncio
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.domain.errors import ErrorCode, Problem
from backend.services.collaborators import Collaborators, PasswordCost

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
SHORTEST_SIGN_IN_NAME, LONGEST_SIGN_IN_NAME = 3, 40
SHORTEST_TELLING_WORD = 4
"""Shorter words of somebody's name are in too many passwords by chance."""

_READ_AT_MOST = 1000
"""Characters of what was typed that are looked at, so that nobody has the server normalise a megabyte."""


def as_password(typed: str) -> str:
    """The same password, however a keyboard composes its letters (NFKC)."""
    return unicodedata.normalize("NFKC", typed[:_READ_AT_MOST])


def as_sign_in_name(typed: str) -> str | None:
    """A sign-in name as it is kept (NFKC, case folded), or None where it cannot be one."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed[:_READ_AT_MOST]).casefold()).strip()
    if not SHORTEST_SIGN_IN_NAME <= len(folded) <= LONGEST_SIGN_IN_NAME:
        return None
    return folded if all(letter.isalnum() or letter in ".-" for letter in folded) else None


def password_problems(password: str, own_words: tuple[str, ...]) -> Iterator[Problem]:
    """Why a password cannot be taken; `own_words` are what its owner is called."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        yield Problem(
            ErrorCode.INVALID,
            f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters. Three or four words are good.",
            "password",
        )
    folded = password.casefold()
    if folded in common_passwords():
        yield Problem(ErrorCode.INVALID, "Many people use this password: please think of another.", "password")
    if any(word in folded for word in _telling(own_words)):
        yield Problem(ErrorCode.INVALID, "Your own name is easy to guess: please think of another.", "password")


async def hashed(use: Collaborators, password: str) -> str:
    """Argon2id, in argon2's own text, which says by which parameters."""
    async with use.hashing:
        return await asyncio.to_thread(_hasher(use.password_cost).hash, _as_bytes(password))


async def fits(use: Collaborators, password_hash: str | None, typed: str) -> bool:
    """Whether a password is that of the hash. Without a hash it takes as long, and is not."""
    # One character more than there may be is enough to differ.
    password = as_password(typed)[: LONGEST_PASSWORD + 1]
    if password_hash is None:
        await hashed(use, password)
        return False
    async with use.hashing:
        return await asyncio.to_thread(_fits, _hasher(use.password_cost), password_hash, password)


@cache
def common_passwords() -> frozenset[str]:
    text = (files("backend.services") / "data" / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def _fits(hasher: PasswordHasher, password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, _as_bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _hasher(cost: PasswordCost) -> PasswordHasher:
    return PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)


def _as_bytes(password: str) -> bytes:
    # What a client sends may hold half of a surrogate pair, which is no reason to fail.
    return password.encode("utf-8", "surrogatepass")


def _telling(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield from (part for part in as_password(word).casefold().split() if len(part) >= SHORTEST_TELLING_WORD)
