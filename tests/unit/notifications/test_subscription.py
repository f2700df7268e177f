"""A subscription's keys are checked before they are stored or used."""

import pytest

from notifications.web_push import Subscription, SubscriptionError

ENDPOINT = "https://fcm.googleapis.com/fcm/send/1"
# The receiver of RFC 8291, appendix A.
POINT = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "A" * 22


@pytest.mark.parametrize("padding", ["", "="])
def test_good_keys_pass_with_and_without_padding(padding: str) -> None:
    Subscription(ENDPOINT, POINT + padding, AUTH + padding * 2).keys()


@pytest.mark.parametrize(
    ("p256dh", "words"),
    [
        ("", "not a point"),
        ("not base64!", "not in base64url"),
        ("é", "not in base64url"),
        (POINT[:-4], "not a point"),
        ("B" + "A" * 86, "not a point"),
        ("A" + POINT[1:], "not a point"),
    ],
)
def test_a_broken_public_key_is_named(p256dh: str, words: str) -> None:
    with pytest.raises(SubscriptionError, match=words) as refusal:
        Subscription(ENDPOINT, p256dh, AUTH).keys()
    assert refusal.value.field == "p256dh"


@pytest.mark.parametrize(
    ("auth", "words"), [("", "16 bytes"), ("AAAA", "16 bytes"), ("A", "base64url"), ("?", "base64url")]
)
def test_a_broken_secret_is_named(auth: str, words: str) -> None:
    with pytest.raises(SubscriptionError, match=words) as refusal:
        Subscription(ENDPOINT, POINT, auth).keys()
    assert refusal.value.field == "auth"
