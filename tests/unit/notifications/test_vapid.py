"""Key pairs and the signed headers made from them."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from py_vapid import jwt

from notifications.vapid import VapidError, VapidHeaders, public_key_of, read_private_key
from tests.support.vapid import new_key_pair

NOW = datetime(2026, 9, 1, 12, 0, 0, tzinfo=UTC)
CONTACT = "mailto:operator@example.org"
GOOGLE = "https://fcm.googleapis.com"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def claims(header: str) -> dict[str, object]:
    token, key = header.removeprefix("vapid t=").split(",k=")
    content: dict[str, object] = jwt.decode(token, key)
    return content


def test_a_new_pair_is_read_back_and_its_public_half_is_the_uncompressed_point() -> None:
    pair = new_key_pair()
    assert public_key_of(read_private_key(pair.private_pem)) == pair.public_key
    point = base64.urlsafe_b64decode(pair.public_key + "=")
    assert (len(point), point[0]) == (65, 4)
    assert new_key_pair() != pair


def test_a_key_of_another_web_push_tool_is_read_from_base64url() -> None:
    # The pair of RFC 8291, appendix A.
    key = read_private_key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
    assert public_key_of(key) == (
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )


@pytest.mark.parametrize("text", ["", "AAAA", "no key", "-----BEGIN PRIVATE KEY-----\nAA\n", "A" * 43])
def test_what_is_no_key_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(VapidError, match="neither PEM nor 32 bytes"):
        read_private_key(text)


def test_a_key_on_another_curve_is_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(VapidError, match="P-256"):
        read_private_key(pem)


@pytest.mark.parametrize("contact", ["", "operator@example.org", "mailto:nobody"])
def test_a_contact_that_push_services_refuse_stops_the_start(contact: str) -> None:
    with pytest.raises(VapidError, match="contact"):
        VapidHeaders(read_private_key(new_key_pair().private_pem), contact, Clock())


def test_a_header_names_the_push_service_the_contact_and_an_end_within_a_day() -> None:
    headers = VapidHeaders(read_private_key(new_key_pair().private_pem), CONTACT, Clock())
    content = claims(headers.header(GOOGLE))
    assert (content["aud"], content["sub"]) == (GOOGLE, CONTACT)
    expires = content["exp"]
    assert isinstance(expires, int)
    assert NOW.timestamp() < expires < (NOW + timedelta(hours=24)).timestamp()


def test_a_header_is_kept_for_its_push_service_and_renewed_before_it_runs_out() -> None:
    clock = Clock()
    headers = VapidHeaders(read_private_key(new_key_pair().private_pem), CONTACT, clock)
    first = headers.header(GOOGLE)
    expires = claims(first)["exp"]
    assert isinstance(expires, int)
    while headers.header(GOOGLE) == first:
        clock.now += timedelta(minutes=10)
        assert clock.now.timestamp() < expires, "a header was used past its end"
    assert clock.now - NOW > timedelta(hours=1), "the header was hardly kept"
    assert headers.header("https://web.push.apple.com") != headers.header(GOOGLE)


def test_a_device_that_subscribed_with_a_former_key_is_signed_for_with_that_key() -> None:
    present, former = (read_private_key(new_key_pair().private_pem) for _ in range(2))
    headers = VapidHeaders(present, CONTACT, Clock(), [former])
    for asked, expected in ((public_key_of(former), former), (public_key_of(present), present), ("", present)):
        header = headers.header(GOOGLE, asked)
        assert header.endswith(f",k={public_key_of(expected)}")
        assert claims(header)["aud"] == GOOGLE
        assert headers.header(GOOGLE, asked) is header
    assert headers.header(GOOGLE, new_key_pair().public_key).endswith(public_key_of(present))
