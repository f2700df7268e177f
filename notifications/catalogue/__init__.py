"""The words of each message, in each language: plain, and with nothing about a person."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

DEFAULT_LANGUAGE = "en"
LANGUAGES = ("en", "es", "fr", "ar", "uk", "vi", "ht")


@dataclass(frozen=True, slots=True)
class Text:
    """What a device shows."""

    title: str
    body: str


def text(language: str, kind: str) -> Text:
    """The words for a kind of message in a language (a BCP 47 tag; only its first part counts), else in English.

    Raises `KeyError` for a kind that no catalogue has.
    """
    base = language.partition("-")[0].lower()
    return _catalogue(base if base in LANGUAGES else DEFAULT_LANGUAGE)[kind]


@cache
def _catalogue(language: str) -> dict[str, Text]:
    content = json.loads(files(__package__).joinpath(f"{language}.json").read_text(encoding="utf-8"))
    return {kind: Text(**words) for kind, words in content.items()}
