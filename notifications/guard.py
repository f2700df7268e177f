"""A push endpoint is a URL from a stranger: which ones are called at all, and to which addresses a socket may lead."""

import ipaddress
import re
import socket
from dataclasses import dataclass

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver
from aiohttp.connector import AddrInfoType
from yarl import URL

KNOWN_PUSH_SERVICES = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, Samsung Internet, Opera, Brave
    "jmt17.google.com",  # Chromium as Linux distributions build it
    "*.push.services.mozilla.com",  # Firefox
    "*.push.apple.com",  # Safari
    "*.notify.windows.com",  # Edge
)

LONGEST_ENDPOINT = 2048

_PRINTABLE = re.compile(r"[!-~]+")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*")
_ENDS_IN_A_NUMBER = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_METADATA = frozenset({ipaddress.IPv4Address("168.63.129.16")})
"""Of the public range, yet answered by Azure's hosts to each of their machines, with what is to be kept from others."""

PORT_OF_HTTPS = 443


class EndpointError(ValueError):
    """The endpoint may not be called; the message says why in plain words, and never repeats the endpoint."""


class AddressError(OSError):
    """A socket was about to lead to an address that is not public."""

    def __init__(self) -> None:
        # One text for all addresses: with several, aiohttp keeps this class only if their words are the same.
        super().__init__("The push endpoint leads to an address that is not public.")


@dataclass(frozen=True, slots=True)
class PushPolicy:
    """Where messages may be sent.

    `allowed_hosts`: host names; `*.example.org` is any name below example.org, `*` is any name at all.
    `allow_private`: for tests and closed networks, addresses that are not public too, plain http on the loopback, and
    any port. `usual_port_only`: whether only the port of https will do, so that no other service can be reached.
    """

    allowed_hosts: tuple[str, ...] = KNOWN_PUSH_SERVICES
    allow_private: bool = False
    usual_port_only: bool = True


def check_endpoint(endpoint: str, policy: PushPolicy) -> URL:
    """The endpoint, ready to be called, if the policy allows it; else raises `EndpointError`.

    Looks at the text alone. Where the name leads is checked by `guarded_connector` when a socket is opened.
    """
    if len(endpoint) > LONGEST_ENDPOINT or not _PRINTABLE.fullmatch(endpoint):
        raise EndpointError(f"A push endpoint is a URL of at most {LONGEST_ENDPOINT} printable ASCII characters.")
    try:
        url = URL(endpoint, encoded=True)
        host = (url.host or "").lower()
        usual_port = url.port == PORT_OF_HTTPS  # raises for a port that is none
    except (ValueError, IndexError):  # yarl raises the latter for a user name in brackets
        raise EndpointError("The push endpoint is not a URL.") from None
    if not host or url.user is not None or url.password is not None:
        raise EndpointError("A push endpoint has a host, and no user name or password.")
    address = _literal(host)
    local = host == "localhost" or (address is not None and address.is_loopback)
    if url.scheme != "https" and not (url.scheme == "http" and local and policy.allow_private):
        raise EndpointError("A push endpoint must use https.")
    if (address is not None or local) and not policy.allow_private:
        raise EndpointError("A push endpoint must name a public host, not an address or this machine.")
    if policy.usual_port_only and not usual_port and not policy.allow_private:
        raise EndpointError("A push endpoint uses the usual port of https.")
    if not any(_fits(host, pattern) for pattern in policy.allowed_hosts):
        raise EndpointError("The push endpoint belongs to no push service that this server is allowed to call.")
    return url


def guarded_connector(policy: PushPolicy, *, limit: int, resolver: AbstractResolver | None = None) -> TCPConnector:
    """A pool of at most `limit` connections that never opens a socket to an address the policy does not allow.

    The check sees the very address that is connected to, after every name resolution, cached or not: a name that
    changes its answer between a check and the call gains nothing. Raises `AddressError`, wrapped by aiohttp as
    `ClientConnectorError`.
    """

    def open_socket(info: AddrInfoType) -> socket.socket:
        family, kind, protocol, _, address = info
        if not policy.allow_private and not is_public(str(address[0])):
            raise AddressError
        return socket.socket(family, kind, protocol)

    return TCPConnector(limit=limit, resolver=resolver, socket_factory=open_socket)


def is_public(address: str) -> bool:
    """Whether an IPv4 or IPv6 address in text is one of the open internet, and leads nowhere else in disguise."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = _embedded(parsed)
        if inner is not None:
            parsed = inner
        elif parsed.is_site_local:
            return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved and parsed not in _METADATA


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address carries (mapped, 6to4, Teredo, NAT64 of RFC 6052)."""
    if address in _NAT64:
        return ipaddress.IPv4Address(address.packed[-4:])
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _literal(host: str) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a host is in its canonical form, None for a name; other notations are refused."""
    if ":" in host:
        raise EndpointError("A push endpoint must name its host, not give an IPv6 address.")
    if _NAME.fullmatch(host) and not _ENDS_IN_A_NUMBER.fullmatch(host):
        return None
    try:
        return ipaddress.IPv4Address(host)
    except ValueError:
        raise EndpointError("The push endpoint's host is neither a name nor an address.") from None


def _fits(host: str, pattern: str) -> bool:
    if pattern == "*":
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
