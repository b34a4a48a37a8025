"""Which pictures are fetched, from where, and what is passed on."""

import httpx2
import pytest

from resources.review.page.images import NoPicture, allowed_host, fetched, kind_of, public_address
from resources.review.page.settings import DisplaySettings

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100
HOSTS = DisplaySettings(image_hosts=("pictures.example",), image_bytes=1_000)
URL = "https://pictures.example/a/b.jpg?size=2"
PUBLIC = "93.184.216.34"


class Stream(httpx2.SyncByteStream):
    """A body as it comes over the wire, piece by piece."""

    def __init__(self, *pieces):
        self.pieces = pieces

    def __iter__(self):
        yield from self.pieces


def answer_with(data, status=200, **headers):
    return httpx2.Response(status, stream=Stream(data), headers=headers)


def answering(answer, seen=None):
    def handle(request):
        if seen is not None:
            seen.append(request)
        return answer

    return httpx2.MockTransport(handle)


def get(answer=None, url=URL, address=PUBLIC, settings=HOSTS, seen=None):
    answer = answer or answer_with(JPEG, **{"content-type": "text/html"})
    return fetched(url, settings, lambda host: [address], answering(answer, seen))


def test_a_picture_comes_from_the_address_that_was_looked_at_under_the_hosts_own_name():
    seen = []
    picture = get(seen=seen)
    assert (picture.data, picture.kind) == (JPEG, "image/jpeg")
    (request,) = seen
    assert str(request.url) == f"https://{PUBLIC}/a/b.jpg?size=2"
    assert request.headers["host"] == "pictures.example"
    assert request.extensions["sni_hostname"] == "pictures.example"
    assert not {"cookie", "authorization", "referer"} & set(request.headers)


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/1.jpg", "https://other.example/1.jpg", "https://pictures.example.other.example/1.jpg",
        "https://pictures.example:8443/1.jpg", "https://user:word@pictures.example/1.jpg", "file:///etc/passwd",
        "https://pictures.example@other.example/", "https://other.example/?pictures.example", "//pictures.example/1",
        "https://[::1]/1.jpg",
        "https://pictures.example:port/", "javascript:alert(1)", "", f"https://pictures.example/{2_000 * 'a'}",
    ],
)  # fmt: skip
def test_other_addresses_are_not_even_asked(url):
    seen = []
    with pytest.raises(NoPicture):
        get(url=url, seen=seen)
    assert seen == []


def test_without_hosts_nothing_is_fetched():
    with pytest.raises(NoPicture, match="not on the list"):
        get(settings=DisplaySettings())
    assert allowed_host("https://PICTURES.example./x", ["Pictures.Example"]) == "pictures.example"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "::1", "fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1", "2002:a00:1::", "64:ff9b:1::a00:1", "nonsense",
    ],
)  # fmt: skip
def test_a_name_that_leads_within_is_refused(address):
    seen = []
    with pytest.raises(NoPicture, match="not public"):
        get(address=address, seen=seen)
    with pytest.raises(NoPicture):
        public_address("pictures.example", lambda host: [PUBLIC, address])
    assert seen == []


def test_a_name_without_address_is_refused():
    def unknown(host):
        raise OSError("no such name")

    with pytest.raises(NoPicture, match="no address"):
        public_address("pictures.example", unknown)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (httpx2.Response(302, headers={"location": "https://169.254.169.254/"}), "302"),
        (httpx2.Response(404), "404"),
        (answer_with(JPEG * 20), "more than"),
        (answer_with(b"<svg onload=alert(1)>", **{"content-type": "image/png"}), "no JPEG"),
        (answer_with(b"<html>"), "no JPEG"),
        (answer_with(b""), "no JPEG"),
    ],
)
def test_what_is_no_picture_is_not_passed_on(answer, why):
    with pytest.raises(NoPicture, match=why):
        get(answer)


def test_a_host_that_fails_is_no_fault_of_ours():
    def broken(request):
        raise httpx2.ConnectError("refused")

    with pytest.raises(NoPicture, match="ConnectError"):
        fetched(URL, HOSTS, lambda host: [PUBLIC], httpx2.MockTransport(broken))


def test_a_picture_that_trickles_takes_too_long(monkeypatch):
    moments = iter(range(0, 100, 5))
    monkeypatch.setattr("resources.review.page.images.time.monotonic", lambda: next(moments))

    with pytest.raises(NoPicture, match="too long"):
        get(httpx2.Response(200, stream=Stream(*[JPEG[:10]] * 50)))


def test_types_are_read_from_the_bytes():
    assert kind_of(b"RIFF\x00\x00\x00\x00WEBPVP8 ") == "image/webp"
    assert kind_of(b"\x00\x00\x00\x1cftypavif") == "image/avif"
    with pytest.raises(NoPicture):
        kind_of(b"RIFF\x00\x00\x00\x00WAVE")
