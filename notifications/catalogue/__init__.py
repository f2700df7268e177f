"""The words of each message, in each language: plain, and with nothing about a person."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "es", "fr", "ar", "uk", "vi", "ht")
RIGHT_TO_LEFT = frozenset({"ar"})


@dataclass(frozen=True, slots=True)
class Text:
    """What a device shows."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """What stands by the link that ends e-mails, and what its page says once they have ended."""

    stop: str
    stopped: str
    explained: str


@dataclass(frozen=True, slots=True)
class Objecting:
    """What the page asks whose case was given a new code, its button, and what it says once somebody has objected."""

    asked: str
    object: str
    objected: str
    explained: str


def text(language: str, kind: str) -> Text:
    """The words for a kind of message in a language (a BCP 47 tag; only its first part counts), else in English.

    Raises `KeyError` for a kind that no catalogue has.
    """
    return _catalogue(base_language(language))[kind]


def stopping(language: str) -> Stopping:
    """The words for ending e-mails, in a language or else in English."""
    return Stopping(**_content(f"stopping/{base_language(language)}.json"))


def objecting(language: str) -> Objecting:
    """The words for saying that it was not oneself, in a language or else in English."""
    return Objecting(**_content(f"objecting/{base_language(language)}.json"))


def base_language(language: str) -> str:
    """The language of ours that a BCP 47 tag means, else English."""
    base = language.partition("-")[0].lower()
    return base if base in LANGUAGES else DEFAULT_LANGUAGE


@cache
def _catalogue(language: str) -> dict[str, Text]:
    return {kind: Text(**words) for kind, words in _content(f"{language}.json").items()}


@cache
def _content(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))
    return content
