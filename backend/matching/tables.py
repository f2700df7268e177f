"""The shipped tables, each read once, at its first use."""

import csv
import json
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Any

from nicknames import NickNamer

from backend.matching.text import latin_forms, words


def _open(name: str) -> list[str]:
    text = (files("backend.matching") / "data" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def nickname_classes() -> dict[str, tuple[str, ...]]:
    """Latin name -> the full names it may stand for, itself included where it is one.

    English from the package `nicknames`; the others from `hypocoristics.csv`.
    """
    classes: dict[str, set[str]] = defaultdict(set)
    for full, short in NickNamer().nickname_lookup.items():
        classes[full].add(full)
        for name in short:
            classes[name].add(full)
    for row in csv.DictReader(_open("hypocoristics.csv")):
        full_form = _latin(row["name"])
        classes[full_form].add(full_form)
        classes[_latin(row["hypocoristic"])].add(full_form)
    return {name: tuple(sorted(full)) for name, full in classes.items() if name}


@cache
def known_names() -> frozenset[str]:
    """Latin names and pet names that the tables hold: a slip of the pen seldom turns one into another."""
    return frozenset(nickname_classes()) | frozenset(name_shares()) | vocabulary()["tonal"]


@cache
def name_shares() -> dict[str, float]:
    """Latin name -> the share of people who bear it, for the commonest names."""
    return {row["name"]: float(row["share"]) for row in csv.DictReader(_open("frequencies.csv"))}


@cache
def vocabulary() -> dict[str, frozenset[str]]:
    """The word lists of `vocabulary.json`, folded: what is no name, what is a kinship word, particles and so on."""
    raw: dict[str, list[str]] = json.loads("\n".join(_open("vocabulary.json")))
    return {name: frozenset("".join(words(entry)) for entry in entries) for name, entries in raw.items()}


@cache
def synonyms() -> dict[str, dict[str, str]]:
    """The lists of `synonyms.json`: for each subject (`relation`, `colour`, ...) a folded word -> its plain word."""
    raw: dict[str, dict[str, list[str]]] = json.loads("\n".join(_open("synonyms.json")))
    return {
        subject: {" ".join(words(word)): plain for plain, entries in groups.items() for word in [plain, *entries]}
        for subject, groups in raw.items()
    }


@cache
def raw_weights() -> dict[str, Any]:
    """`weights.json` as it stands."""
    loaded: dict[str, Any] = json.loads("\n".join(_open("weights.json")))
    return loaded


def _latin(name: str) -> str:
    folded = "".join(words(name))
    forms = latin_forms(folded)
    return forms[0] if forms else ""
