"""Which push endpoints may be called, and which addresses a socket may lead to."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from notifications.guard import EndpointError, PushPolicy, check_endpoint, is_public

ANY_HOST = PushPolicy(allowed_hosts=("*",))


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc:APA91b-_x",
        "https://jmt17.google.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QGuQ",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY%3d",
    ],
)
def test_the_push_services_of_the_browsers_are_allowed_and_their_url_is_kept_as_it_is(endpoint: str) -> None:
    assert str(check_endpoint(endpoint, PushPolicy())) == endpoint


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://example.org/push",
        "https://fcm.googleapis.com.example.org/push",
        "https://evilnotify.windows.com/push",
        "https://notify.windows.com/push",
    ],
)
def test_a_host_that_is_no_known_push_service_is_refused(endpoint: str) -> None:
    with pytest.raises(EndpointError, match="belongs to no push service"):
        check_endpoint(endpoint, PushPolicy())


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "ftp://fcm.googleapis.com/x",
        "//fcm.googleapis.com/x",
        "file:///etc/passwd",
        "https:///x",
        "https://" + "a" * 64 + ".push.apple.com/x",
        "https://a..push.apple.com/x",
        "https://.push.apple.com/x",
        "https://" + "a." * 130 + "push.apple.com/x",
        "https://a'b.push.apple.com/x",
        "https://fcm.googleapis.com./x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com\\@10.0.0.1/x",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com:port/x",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\r\nHost: inner",
        "https://fcm.googleapis.com/é",
        "https://[::1/x",
        "https://[]@",
        "https://fcm.googleapis.com/" + "x" * 2048,
        "",
    ],
)
@pytest.mark.parametrize("policy", [PushPolicy(), ANY_HOST], ids=["default", "any host"])
def test_what_is_not_a_plain_https_url_is_refused(endpoint: str, policy: PushPolicy) -> None:
    with pytest.raises(EndpointError):
        check_endpoint(endpoint, policy)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "10.1.2.3",
        "169.254.169.254",
        "8.8.8.8",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0x7f.1",
        "127.0.0.1.",
        "017700000001",
        "[64:ff9b::7f00:1]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fd00:ec2::254]",
    ],
)
def test_an_address_in_place_of_a_name_is_refused_even_if_any_host_is_allowed(host: str) -> None:
    with pytest.raises(EndpointError):
        check_endpoint(f"https://{host}/push", ANY_HOST)


@given(
    some.text(alphabet="htps:/@.[]%#?\\0179axé \0-_*", max_size=30),
    some.sampled_from(["", "https://", "https://fcm.googleapis.com"]),
    some.sampled_from([PushPolicy(), ANY_HOST, PushPolicy(("*",), allow_private=True)]),
)
def test_whatever_a_stranger_writes_is_allowed_or_refused_and_breaks_nothing(
    rest: str, start: str, policy: PushPolicy
) -> None:
    with contextlib.suppress(EndpointError):
        assert check_endpoint(start + rest, policy).host


def test_a_refusal_never_repeats_the_endpoint() -> None:
    with pytest.raises(EndpointError) as refusal:
        check_endpoint("https://example.org/a-secret", PushPolicy())
    assert "secret" not in str(refusal.value)


def test_a_closed_network_may_use_its_own_addresses_but_plain_http_on_the_loopback_alone() -> None:
    policy = PushPolicy(allowed_hosts=("127.0.0.1", "10.0.0.7", "push.county.example"), allow_private=True)
    check_endpoint("http://127.0.0.1:8080/push", policy)
    check_endpoint("https://10.0.0.7/push", policy)
    check_endpoint("https://push.county.example:8443/push", policy)
    for endpoint in ("http://10.0.0.7/push", "http://push.county.example/push"):
        with pytest.raises(EndpointError, match="https"):
            check_endpoint(endpoint, policy)


@pytest.mark.parametrize("address", ["142.250.74.106", "2a00:1450:400f:801::200a", "64:ff9b::142.250.74.106"])
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - an address to be refused, nothing is bound to it
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "168.63.129.16",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "::ffff:a9fe:a9fe",
        "::ffff:168.63.129.16",
        "64:ff9b:1::10.0.0.1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_an_inner_address_is_not_public_in_any_disguise(address: str) -> None:
    assert not is_public(address)


def test_a_port_of_another_service_is_refused_at_a_known_host() -> None:
    with pytest.raises(EndpointError, match="usual port"):
        check_endpoint("https://fcm.googleapis.com:22/send/1", PushPolicy())
    assert check_endpoint("https://fcm.googleapis.com:443/send/1", PushPolicy()).host == "fcm.googleapis.com"
