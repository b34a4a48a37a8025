"""Visitors who send slowly, too much, or never end; against a real server."""

import socket

from page_people import HOST, served, world

from resources.review.page.security import PageSettings
from resources.review.page.serving import HEADER_BYTES, PatientProtocol


def talk(address, *parts, wait=15.0):
    """What a server answers to these bytes, until it ends the connection."""
    with socket.create_connection(address, timeout=wait) as connection:
        for part in parts:
            connection.sendall(part)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
        return answer


HEAD = f"POST /sign-in HTTP/1.1\r\nhost: {HOST}\r\norigin: http://{HOST}\r\n"


def test_a_server_waits_for_nobody_for_ever(tmp_path, monkeypatch):
    """By a real server: a body that does not come, headers that do not come, headers without end."""
    monkeypatch.setattr(PatientProtocol, "patience", 0.3)
    page = world(tmp_path, settings=PageSettings(hosts=(HOST,), body_seconds=0.3))
    with served(page.app) as address:
        slow = talk(address, f"{HEAD}content-length: 100\r\n\r\ncsrf=".encode())
        assert b" 408 " in slow.split(b"\r\n", 1)[0]
        assert b"took too long" in slow
        assert talk(address, HEAD.encode()) == b""
        assert talk(address) == b""
        endless = talk(address, HEAD.encode() + b"x-more: " + b"y" * (HEADER_BYTES * 2))
        assert endless == b"" or b" 400 " in endless.split(b"\r\n", 1)[0]
        large = talk(address, f"{HEAD}content-length: 900000000\r\n\r\n".encode())
        assert b" 413 " in large.split(b"\r\n", 1)[0]
        chunked = talk(
            address, f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode(), b"fffff\r\n" + b"x" * 0xFFFFF + b"\r\n"
        )
        assert b" 413 " in chunked.split(b"\r\n", 1)[0]
        # Two ways to say how long a body is: by which of them a second request is hidden from a proxy.
        hidden = talk(
            address,
            f"{HEAD}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n".encode(),
        )
        assert hidden.count(b"HTTP/1.1 200") == 0
        good = talk(address, f"GET /sign-in HTTP/1.1\r\nhost: {HOST}\r\nconnection: close\r\n\r\n".encode())
        assert b" 200 " in good.split(b"\r\n", 1)[0]
        assert b"\r\nserver:" not in good.lower()
        assert b"content-security-policy" in good.lower()


def test_a_visitor_who_asks_again_on_the_same_connection_is_served(tmp_path, monkeypatch):
    monkeypatch.setattr(PatientProtocol, "patience", 5.0)
    page = world(tmp_path)
    one = f"GET /sign-in HTTP/1.1\r\nhost: {HOST}\r\n"
    with served(page.app) as address:
        answer = talk(address, f"{one}\r\n".encode(), one.encode(), b"connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 2
