"""Prices, estimates and ceilings; the choice between batch and one by one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_cases import HAIKU, request, requests

from resources.language_model.choose import Window, fits, next_step, way
from resources.language_model.pricing import Price, Prices, affordable
from resources.language_model.protocol import LanguageModelError, Limits, Request, Text, Usage

MILLION = 1_000_000
WINDOW = Window(requests_a_minute=600, smallest=100, usual=3600, spare=1.5, to_cancel=600)
HOURS = 3600.0


@pytest.mark.parametrize(
    ("model", "usage", "batch", "dollars"),
    [
        (HAIKU, Usage(MILLION), False, "1"),
        (HAIKU, Usage(0, MILLION), False, "5"),
        (HAIKU, Usage(cache_read=MILLION), False, "0.1"),
        (HAIKU, Usage(cache_write=MILLION), False, "1.25"),
        (HAIKU, Usage(MILLION, MILLION, MILLION, MILLION), True, "3.675"),
        ("claude-sonnet-4-5", Usage(1, 1), False, "0.000018"),
        ("claude-opus-4-5-20251101", Usage(MILLION, MILLION), True, "15"),
    ],
)
def test_the_cost_of_an_answer(model, usage, batch, dollars):
    assert Prices().cost(model, usage, batch) == Decimal(dollars)


def test_a_model_without_a_price_is_named_with_those_that_have_one():
    with pytest.raises(LanguageModelError, match=r"'claude-new'.*claude-haiku-4-5"):
        Prices().of("claude-new")


def test_prices_come_from_outside_too():
    prices = Prices().with_prices({"claude-new": Price(Decimal(2), Decimal(4)), HAIKU: Price(Decimal(9), Decimal(9))})
    assert prices.cost("claude-new", Usage(MILLION)) == 2
    assert prices.cost(HAIKU, Usage(MILLION)) == 9
    assert prices.cost("claude-opus-4-5", Usage(MILLION)) == 5


def test_an_estimate_counts_constant_blocks_as_read_from_the_cache():
    plain = request("a", system=(Text("x" * 40_000),))
    constant = request("a", system=(Text("x" * 40_000, constant=True),))
    assert Prices().estimate(plain, 100) - Prices().estimate(constant, 100) == Decimal("0.009")  # 10,000 tokens
    assert Prices().estimate(plain, 100, batch=True) * 2 == Prices().estimate(plain, 100)


@given(st.text(min_size=1).filter(str.strip), st.text(), st.integers(1, 5_000))
def test_no_tokenizer_on_bytes_passes_the_ceiling(user, system, output):
    asked = request("a", user=user, system=(Text(system, True),), max_tokens=output)
    written = len(user.encode(errors="surrogatepass")) + len(system.encode()) + 500
    assert Prices().cost(HAIKU, Usage(0, output, 0, written)) <= Prices().ceiling(asked.asked)


def test_of_a_batch_only_what_the_money_covers_is_paid():
    asked = requests(10)
    one = Prices().ceiling(asked[0].asked, batch=True)
    paid, unpaid = affordable(asked, one * 4, Prices(), batch=True)
    assert [each.custom_id for each in paid] == ["q0", "q1", "q2", "q3"]
    assert [reply.status for reply in unpaid] == ["unpaid"] * 6
    assert {reply.custom_id for reply in unpaid} | {each.custom_id for each in paid} == {f"q{n}" for n in range(10)}


@pytest.mark.parametrize(
    "wrong",
    [
        {"custom_id": "two words"},
        {"custom_id": ""},
        {"custom_id": "x" * 65},
        {"max_tokens": 0},
        {"user": " "},
        {"system": (Text("changes"), Text("constant", constant=True))},
    ],
)
def test_what_the_server_would_refuse_is_refused_at_once(wrong):
    with pytest.raises(ValueError, match=r"custom_id|max_tokens|user|constant"):
        request("a", **wrong)


def test_no_limits_without_a_request_at_a_time():
    with pytest.raises(ValueError, match="concurrency"):
        Limits(None, Decimal(1), 0)


def test_a_request_does_not_show_its_text():
    asked = Request("id", HAIKU, (Text("the system text"),), "the user text", {"title": "the schema"}, 1)
    assert "text" not in repr(asked).replace("Text", "")
    assert "schema" not in repr(asked)


@pytest.mark.parametrize(
    ("count", "left", "expected"),
    [
        (50, 4 * HOURS, "messages"),  # too few to wait for
        (10_000, 4 * HOURS, "batch"),  # one by one: 25 minutes
        (10_000, 1.5 * HOURS, "messages"),  # no time for both
        (60_000, 4 * HOURS, "batch"),
        (90_000, 4 * HOURS, "messages"),  # one by one takes 3.75 hours: the batch may be late
        (0, 4 * HOURS, "messages"),
    ],
)
def test_the_way(count, left, expected):
    assert way(count, left, WINDOW) == expected


@pytest.mark.parametrize(
    ("ended", "count", "left", "expected"),
    [
        (True, 10_000, 1.0, "collect"),
        (False, 10_000, 2 * HOURS, "wait"),
        (False, 10_000, 0.5 * HOURS, "fall back"),
        (False, 10_000, 0.0, "fall back"),
    ],
)
def test_what_is_done_about_a_batch(ended, count, left, expected):
    assert next_step(ended, count, left, WINDOW) == expected


@given(st.integers(0, 200_000), st.floats(0, 4 * HOURS), st.floats(1, 10_000))
def test_a_batch_that_never_ends_still_leaves_time_for_all(count, left, rate):
    window = Window(requests_a_minute=rate)
    if way(count, left, window) == "batch":
        given_up = window.last_moment(count)  # the first moment at which `next_step` does not say wait
        assert next_step(False, count, given_up, window) == "fall back"
        assert given_up <= left
        assert given_up - window.to_cancel >= count / rate * 60


@given(st.integers(0, 100_000), st.floats(-10, 4 * HOURS))
def test_what_fits_can_be_asked_in_the_time(count, left):
    most = fits(count, left, WINDOW)
    assert 0 <= most <= count
    assert WINDOW.one_by_one(most) <= max(left, 0.0) + 1e-6
