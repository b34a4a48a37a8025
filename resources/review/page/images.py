"""Pictures of products, fetched by the server and passed on, so that nobody's browser asks a supplier's.

Belongs here: which address may be fetched, fetching it, and whether what came is a picture. Does not belong here: who
may see it (`routes_images`).

The address is a supplier's text. So: https on its usual port, hosts of a list that the operator wrote, no redirects,
no name that leads to an address within (all addresses of the name are looked at, and the connection goes to one of
those that were), limits of size and time, and the type is read from the bytes. SVG is a document that can hold scripts
and is not passed on.
"""

import ipaddress
import socket
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from resources.review.page.settings import DisplaySettings

SIGNATURES = (
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ftypavif", 4, "image/avif"),
)
"""First bytes, where they stand, and the type that they tell."""
LONGEST_ADDRESS = 2_000
TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
"""IPv6 that a gateway turns into any IPv4 address (RFC 6052, RFC 8215)."""
Resolve = Callable[[str], Sequence[str]]


class NoPicture(Exception):
    """The picture is not shown; the message says why, for the log and the tests."""


@dataclass(frozen=True)
class Picture:
    """The bytes of a picture and their type."""

    data: bytes
    kind: str


def addresses(host: str) -> list[str]:
    """All addresses of a host's name."""
    return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})


def allowed_host(url: str, hosts: Collection[str]) -> str:
    """The host of an address that may be fetched. Raises NoPicture."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise NoPicture("the address cannot be read") from None
    if parts.scheme != "https" or len(url) > LONGEST_ADDRESS or parts.username is not None:
        raise NoPicture("the address is not a plain one that begins with https://")
    if port not in (None, 443):
        raise NoPicture("the address names a port of its own")
    if host not in {allowed.lower() for allowed in hosts}:
        raise NoPicture("the host is not on the list of hosts (image_hosts)")
    return host


def public_address(host: str, resolve: Resolve = addresses) -> str:
    """An address of the host, where all of them are on the public internet. Raises NoPicture."""
    try:
        found = resolve(host)
    except OSError:
        raise NoPicture("the host has no address") from None
    if not found or not all(_public(address) for address in found):
        raise NoPicture("the host leads to an address that is not public")
    return found[0]


def _public(address: str) -> bool:
    try:
        one = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    inner = getattr(one, "ipv4_mapped", None) or getattr(one, "sixtofour", None)
    turned = any(one in network for network in TRANSLATED if network.version == one.version)
    return one.is_global and not one.is_multicast and not turned and (inner is None or inner.is_global)


def fetched(
    url: str, settings: DisplaySettings, resolve: Resolve = addresses, transport: httpx2.BaseTransport | None = None
) -> Picture:
    """The picture at an address. Raises NoPicture for whatever is in the way."""
    host = allowed_host(url, settings.image_hosts)
    address = public_address(host, resolve)
    parts = urlsplit(url)
    literal = f"[{address}]" if ":" in address else address
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with httpx2.Client(trust_env=False, follow_redirects=False, timeout=settings.image_seconds / 2,
                           transport=transport) as client:  # fmt: skip
            # The connection goes to the address that was looked at; the certificate is still the host's.
            headers = {"Host": host, "Accept": "image/*", "Accept-Encoding": "identity"}
            request = client.build_request(
                "GET", f"https://{literal}{path}", headers=headers, extensions={"sni_hostname": host}
            )
            answer = client.send(request, stream=True)
            try:
                return _picture(answer, settings)
            finally:
                answer.close()
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError) as error:
        raise NoPicture(f"it could not be fetched ({type(error).__name__})") from None


def _picture(answer: httpx2.Response, settings: DisplaySettings) -> Picture:
    if answer.status_code != 200:
        raise NoPicture(f"the host answered {answer.status_code}")
    deadline, data = time.monotonic() + settings.image_seconds, bytearray()
    for chunk in answer.iter_raw():  # as they come: whole blocks of a host that trickles would take for ever
        data += chunk
        if len(data) > settings.image_bytes:
            raise NoPicture(f"it has more than {settings.image_bytes:,} bytes")
        if time.monotonic() > deadline:
            raise NoPicture("it took too long")
    return Picture(bytes(data), kind_of(bytes(data[:32])))


def kind_of(start: bytes) -> str:
    """The type that the first bytes tell. Raises NoPicture."""
    for signature, place, kind in SIGNATURES:
        if start[place : place + len(signature)] == signature:
            return kind
    raise NoPicture("its bytes are no JPEG, PNG, GIF, WebP or AVIF")
