"""A message has room for a kind, an id and a language, and for nothing about a person."""

import dataclasses
import json
import re

import pytest

from notifications.catalogue import LANGUAGES
from notifications.messages import LONGEST_TTL, PAYLOAD_BYTES, Kind, Message, MessageError

REPORT = "0197c0de-0000-7000-8000-000000000001"


def test_a_payload_is_json_with_kind_id_and_language_alone() -> None:
    assert json.loads(Message(Kind.REPORT_NEWS, REPORT, "vi").encode()) == {
        "kind": "REPORT_NEWS",
        "id": REPORT,
        "language": "vi",
    }


def test_every_payload_has_the_same_length() -> None:
    lengths = {
        len(Message(kind, REPORT, language).encode()) for kind in Kind for language in (*LANGUAGES, "fil-Latn-ZZZZ")
    }
    assert lengths == {PAYLOAD_BYTES}


def test_a_message_has_no_field_that_could_hold_words() -> None:
    assert {field.name for field in dataclasses.fields(Message)} == {"kind", "id", "language", "urgency", "ttl"}
    assert not hasattr(Message(Kind.REPORT_NEWS, REPORT, "en"), "__dict__")


@pytest.mark.parametrize("kind", ["", "Ana Lopez was found", "report_news"])
def test_a_kind_without_a_text_is_refused(kind: str) -> None:
    with pytest.raises(MessageError, match="kind"):
        Message(kind, REPORT, "en")


@pytest.mark.parametrize("identifier", ["", "Ana Lopez", "12", REPORT.upper(), f"{REPORT} Ana"])
def test_an_id_that_is_no_uuid_is_refused(identifier: str) -> None:
    with pytest.raises(MessageError, match="UUID"):
        Message(Kind.REPORT_NEWS, identifier, "en")


@pytest.mark.parametrize("language", ["", "english", "en Ana", "es-Houston", "e", "en\n"])
def test_a_language_that_is_no_tag_is_refused(language: str) -> None:
    with pytest.raises(MessageError, match="language"):
        Message(Kind.REPORT_NEWS, REPORT, language)


def test_a_life_longer_than_push_services_accept_is_refused() -> None:
    with pytest.raises(MessageError, match="28 days"):
        Message(Kind.REPORT_NEWS, REPORT, "en", ttl=LONGEST_TTL + 1)


def test_a_topic_fits_the_standard_and_is_shared_only_by_messages_that_replace_one_another() -> None:
    message = Message(Kind.REPORT_NEWS, REPORT, "en")
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", message.topic)
    assert message.topic == Message(Kind.REPORT_NEWS, REPORT, "ar", ttl=5).topic
    assert message.topic != Message(Kind.MATCH_WAITS, REPORT, "en").topic
    assert message.topic != Message(Kind.REPORT_NEWS, REPORT.replace("1", "2"), "en").topic
