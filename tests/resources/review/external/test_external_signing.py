"""A delivery is taken if it is signed by one of our secrets, of now, whole and small; anything else is refused."""

import base64
import datetime as dt
import hashlib
import hmac
import json

import pytest
from external_cases import NEW_SECRET, NOON, SECRET
from hypothesis import given
from hypothesis import strategies as st

from resources.review.external.signing import MAX_BODY, BadSecret, Delivery, Refused, sign, verify

BODY = b'{"type": "decisions"}'


def refusal(found):
    assert isinstance(found, Refused), found
    return found.status, found.reason


def changed(headers, **by):
    return {**headers, **{f"webhook-{name}": value for name, value in by.items()}}


def test_the_scheme_is_that_of_standard_webhooks():
    """Worked out by hand from the specification, beside `sign`."""
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = b"msg_1." + str(int(NOON.timestamp())).encode() + b"." + BODY
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    headers = sign(SECRET, "msg_1", NOON, BODY)
    assert headers == {"webhook-id": "msg_1", "webhook-timestamp": "1741003200", "webhook-signature": f"v1,{wanted}"}
    assert verify(headers, BODY, [SECRET], NOON) == Delivery("msg_1", NOON, {"type": "decisions"})


def test_an_example_of_the_specification_fits():
    """The example of the reference libraries: their secret, id, time and body, and the signature that they print."""
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    now = dt.datetime.fromtimestamp(1614265330, dt.UTC)
    assert verify(headers, body, [secret], now) == Delivery(headers["webhook-id"], now, {"test": 2432232314})


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ({"id": "other"}, "no signature fits"),
        ({"timestamp": "1741003201"}, "no signature fits"),
        ({"signature": "v1,AAAA"}, "no signature fits"),
        ({"signature": "v1a,AAAA"}, "no signature fits"),
        ({"signature": ""}, "there is no header webhook-signature"),
        ({"id": "a.b"}, "webhook-id is 1 to 200 letters, digits, _, - and :"),
        ({"id": "a" * 201}, "webhook-id is 1 to 200 letters, digits, _, - and :"),
        ({"timestamp": "yesterday"}, "webhook-timestamp is whole seconds since 1970"),
        ({"timestamp": "-1"}, "webhook-timestamp is whole seconds since 1970"),
        ({"timestamp": "9" * 40}, "webhook-timestamp is whole seconds since 1970"),
    ],
)
def test_a_header_that_does_not_fit(by, reason):
    headers = changed(sign(SECRET, "msg", NOON, BODY), **by)
    assert refusal(verify(headers, BODY, [SECRET], NOON)) == (401, reason)


def test_another_platforms_secret_does_not_fit():
    headers = sign(NEW_SECRET, "msg", NOON, BODY)
    assert refusal(verify(headers, BODY, [SECRET], NOON)) == (401, "no signature fits")
    assert refusal(verify(headers, BODY, [], NOON)) == (401, "no signature fits")


@pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_a_stale_delivery_and_one_from_the_future(seconds, taken):
    headers = sign(SECRET, "msg", NOON, BODY)
    found = verify(headers, BODY, [SECRET], NOON - dt.timedelta(seconds=seconds))
    assert isinstance(found, Delivery) == taken
    if not taken:
        assert refusal(found) == (401, "webhook-timestamp is more than 5 minutes from now")


def test_secrets_change_without_a_pause():
    old, new = sign(SECRET, "msg", NOON, BODY), sign(NEW_SECRET, "msg", NOON, BODY)
    both = changed(old, signature=f"v1a,xyz {old['webhook-signature']} {new['webhook-signature']}")
    for headers, secrets in ((old, [NEW_SECRET, SECRET]), (new, [NEW_SECRET, SECRET]), (both, [NEW_SECRET])):
        assert isinstance(verify(headers, BODY, secrets, NOON), Delivery)
    assert isinstance(verify(old, BODY, [NEW_SECRET], NOON), Refused)


def test_no_more_signatures_are_looked_at_than_ten():
    good = sign(SECRET, "msg", NOON, BODY)
    many = changed(good, signature=" ".join(["v1,AAAA"] * 10 + [good["webhook-signature"]]))
    assert isinstance(verify(many, BODY, [SECRET], NOON), Refused)


def test_a_body_that_is_too_large_is_refused_before_anything_else():
    assert refusal(verify({}, b"x" * (MAX_BODY + 1), [SECRET], NOON))[0] == 413


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b'"text"', b'{"a": 1, "a": 2}', b'{"a": {"b": 1, "b": 2}}', b'{"a": NaN}', b'{"a": "\xff"}',
     b'{"a": Infinity}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_what_is_signed_and_no_json_object(body):
    assert refusal(verify(sign(SECRET, "msg", NOON, body), body, [SECRET], NOON))[0] == 400


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_c2hvcnQ=", "whsec_***", SECRET.removeprefix("whsec_"), "secret-é"]
)
def test_a_secret_that_is_none_is_told_and_not_shown(secret):
    headers = sign(SECRET, "msg", NOON, BODY)
    with pytest.raises(BadSecret) as told:
        verify(headers, BODY, [secret], NOON)
    assert str(told.value) == "a signing secret is whsec_ and base64 of 24 to 64 bytes"


def test_a_moment_without_a_zone_is_an_error():
    with pytest.raises(ValueError, match="time zone"):
        verify({}, BODY, [SECRET], NOON.replace(tzinfo=None))


@given(st.binary(max_size=60), st.integers(0, 400), st.integers(1, 255))
def test_whatever_is_changed_no_longer_fits(tail, place, by):
    """Law: any change of a byte of what is signed, or a byte more or less, is refused."""
    body = json.dumps({"text": tail.hex()}).encode()
    headers = sign(SECRET, "msg", NOON, body)
    other = bytearray(body)
    other[place % len(body)] ^= by
    for forged in (bytes(other), body + b" ", body[:-1]):
        assert isinstance(verify(headers, forged, [SECRET], NOON), Refused)
    assert isinstance(verify(headers, body, [SECRET], NOON), Delivery)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=60)), st.binary(max_size=200))
def test_anything_from_outside_is_refused_and_raises_nothing(headers, body):
    named = {**headers, "Webhook-Id": "a", "webhook-timestamp": "1741003200"}
    for told in (headers, named, {**named, "WEBHOOK-SIGNATURE": "v1," + "".join(headers)}):
        assert isinstance(verify(told, body, [SECRET], NOON), Refused)
