"""Where a request comes from: the address of the client itself, also behind proxies that may be believed."""

from collections.abc import Collection
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any, cast

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

UNKNOWN = "unknown"
HOUSEHOLD_BITS = 64
"""An IPv6 subscriber is given a whole /64 at the least, so the addresses in one count as one."""


def behind_proxies(app: ASGIApp, trusted: Collection[str]) -> ASGIApp:
    """The application, which believes X-Forwarded-For and X-Forwarded-Proto from the `trusted` addresses and networks.

    The client's address is the rightmost one that is not trusted: what stands left of it anybody may have written.
    """
    if not trusted:
        return app
    return cast("ASGIApp", ProxyHeadersMiddleware(cast("Any", app), list(trusted)))


def address_of(connection: HTTPConnection) -> str:
    """The client's address as attempts are counted by: IPv4 as it is, IPv6 by its /64, else `unknown`."""
    return counted_address("" if connection.client is None else connection.client.host)


def counted_address(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return UNKNOWN
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, HOUSEHOLD_BITS), strict=False))
