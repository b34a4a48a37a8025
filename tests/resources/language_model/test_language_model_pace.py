"""Pace, breaker and budget: sums over given times, without a server."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.language_model.breaker import PROBE_CHECK, Breaker
from resources.language_model.budget import Budget
from resources.language_model.pace import CALM, Need, Pace, refilled, seconds_until

ONE = Need()


def headers(limit=600, remaining=0, name="requests", **other):
    told = {f"anthropic-ratelimit-{name}-limit": str(limit), f"anthropic-ratelimit-{name}-remaining": str(remaining)}
    return told | other


def paced(limit=600, remaining=0, ceiling=100, latency=1.0):
    """A pace that has had one answer, with these headers, at second 0."""
    pace = Pace(ceiling)
    pace.sent(ONE)
    pace.answered(ONE, ONE, latency, headers(limit, remaining), 0.0)
    return pace


def sent_in(pace, seconds, step=0.005):
    """How many attempts go within so many seconds, each answered at once."""
    count = 0
    for tick in range(int(seconds / step)):
        now = tick * step
        while pace.wait(ONE, now) == 0:
            pace.sent(ONE)
            pace.answered(ONE, ONE, 1.0, {}, now)
            count += 1
    return count


def test_the_first_goes_alone_and_the_second_waits_for_its_end():
    pace = Pace(8)
    assert pace.wait(ONE, 0.0) == 0
    pace.sent(ONE)
    assert pace.wait(ONE, 0.0) is None


def test_without_limits_twice_as_many_go_each_round_up_to_the_ceiling():
    pace, windows = Pace(10), []
    for now in range(5):
        flying = int(pace.window)
        windows.append(flying)
        for _ in range(flying):
            pace.sent(ONE)
        for _ in range(flying):
            pace.answered(ONE, ONE, 0.5, {}, float(now))
    assert windows == [1, 2, 4, 8, 10]


def test_once_the_rate_is_known_the_window_is_what_it_takes():
    assert paced(limit=600, latency=2.0).window == pytest.approx(1.5 * 10 * CALM * 2 + 1)
    assert paced(limit=60_000, latency=2.0, ceiling=100).window == 100


def test_with_little_left_attempts_go_at_the_rate_and_no_faster():
    assert 98 <= sent_in(paced(limit=600), 10) <= 100  # 10 a second, a little less


def test_with_plenty_left_nothing_holds_them_back():
    pace = paced(limit=600, remaining=600, latency=10.0)
    count = 0
    while pace.wait(ONE, 0.0) == 0:
        pace.sent(ONE)
        count += 1
    assert count == 100  # the window


def test_plenty_counts_what_is_under_way():
    pace = paced(limit=60, remaining=33, latency=10.0)
    pace.window = 50.0
    for _ in range(3):
        assert pace.wait(ONE, 0.0) == 0
        pace.sent(ONE)
    assert pace.wait(ONE, 0.0) > 0


def test_tokens_hold_back_as_requests_do():
    pace = Pace(100)
    need = Need(1.0, 40.0, 0.0)
    pace.sent(need)
    pace.answered(need, need, 1.0, headers(6_000, 0, "input-tokens"), 0.0)
    assert pace.wait(need, 0.0) == pytest.approx(40 / (100 * CALM), rel=0.01)
    assert pace.wait(need, 0.6) == 0


def test_after_a_pause_no_more_than_half_a_second_goes_at_once():
    pace, count = paced(limit=600), 0
    while pace.wait(ONE, 60.0) == 0:
        pace.sent(ONE)
        count += 1
    assert count == 4  # of ten a second


def test_a_rate_limit_does_not_stop_the_window_from_growing_to_what_the_rate_takes():
    pace = paced(limit=600, latency=1.0)
    pace.sent(ONE)
    pace.limited(ONE, {}, 1.0, 5.0)
    for now in range(10, 200):
        pace.sent(ONE)
        pace.answered(ONE, ONE, 4.0, {}, float(now))
    assert pace.window > 1.4 * 10 * 4 * CALM


def test_a_request_larger_than_a_second_is_sent_and_paid_off():
    pace = Pace(100)
    need = Need(1.0, 1_000.0, 0.0)
    pace.sent(ONE)
    pace.answered(ONE, ONE, 1.0, headers(6_000, 0, "input-tokens"), 0.0)
    assert pace.wait(need, 1.1) == 0
    pace.sent(need)
    assert pace.wait(need, 1.1) == pytest.approx(1_000 / (100 * CALM), rel=0.05)


def test_more_tokens_than_guessed_slow_the_next():
    pace = Pace(100)
    guess, used = Need(1.0, 10.0, 0.0), Need(1.0, 90.0, 0.0)
    pace.sent(guess)
    pace.answered(guess, guess, 1.0, headers(6_000, 0, "input-tokens"), 0.0)
    assert pace.wait(guess, 1.0) == 0
    pace.sent(guess)
    pace.answered(guess, used, 1.0, {}, 1.0)
    assert pace.wait(Need(1.0, 50.0, 0.0), 1.0) > 0.3


def test_retry_after_holds_all_of_them_and_the_rate_falls():
    pace = paced()
    pace.sent(ONE)
    pace.limited(ONE, {}, 7.0, 10.0)
    assert pace.wait(ONE, 10.0) == pytest.approx(7.0)
    assert pace.wait(ONE, 17.0) == 0
    assert pace.calm == pytest.approx(CALM * 0.8)


def test_refusals_that_were_under_way_together_count_once():
    pace = paced(latency=1.0)
    for _ in range(3):
        pace.sent(ONE)
    for _ in range(3):
        pace.limited(ONE, {}, 1.0, 10.0)
    assert pace.calm == pytest.approx(CALM * 0.8)


def test_an_overload_halves_the_window_and_it_recovers():
    pace = paced(limit=600_000, ceiling=64)
    assert pace.window == 64
    pace.sent(ONE)
    pace.overloaded(ONE, 10.0)
    assert pace.window == 32
    for _ in range(200):
        pace.sent(ONE)
        pace.answered(ONE, ONE, 1.0, {}, 100.0)
    assert 32 < pace.window <= 64


def test_a_refusal_without_retry_after_waits_until_the_bucket_has_one_again():
    told = headers(60, 0, date="Mon, 02 Mar 2026 12:00:00 GMT") | {
        "anthropic-ratelimit-requests-reset": "2026-03-02T12:01:00Z"
    }
    assert refilled(told, ONE) == pytest.approx(1.0)
    assert refilled(headers(60, 0), ONE) == 0.0
    pace = paced()
    pace.sent(ONE)
    pace.limited(ONE, told, None, 5.0)
    assert pace.until == pytest.approx(6.0)
    assert pace.wait(ONE, 5.0) >= 1.0


@pytest.mark.parametrize(
    ("reset", "date"), [(None, None), ("soon", "Mon, 02 Mar 2026 12:00:00 GMT"), ("2026-03-02T12:01:00Z", "now")]
)
def test_what_is_no_moment_says_nothing(reset, date):
    assert seconds_until(reset, date) is None


@pytest.mark.parametrize("broken", [{}, headers("many", 1), headers(0, 0), {"anthropic-ratelimit-requests-limit": "5"}])
def test_headers_that_say_nothing_change_nothing(broken):
    pace = Pace(4)
    pace.sent(ONE)
    pace.answered(ONE, ONE, 1.0, broken, 0.0)
    assert not pace.buckets


def test_the_breaker_opens_after_so_many_in_a_row_and_one_tries_the_ground():
    breaker = Breaker(after=3, pause=2.0, longest=60.0)
    for _ in range(2):
        breaker.failed(0.0, breaker.sent())
    assert breaker.wait(0.0) == 0
    breaker.failed(0.0, False)
    assert breaker.wait(0.5) == 1.5
    assert breaker.wait(2.0) == 0
    assert breaker.sent()
    assert breaker.wait(2.0) == PROBE_CHECK  # the others wait for the one
    breaker.failed(3.0, True)
    assert breaker.wait(3.0) == 4.0  # twice as long
    breaker.failed(3.0, False)  # one from before says nothing new
    assert breaker.wait(3.0) == 4.0
    assert breaker.sent()
    breaker.worked()
    assert breaker.wait(3.0) == 0
    assert not breaker.sent()


def test_an_answer_between_failures_keeps_it_closed():
    breaker = Breaker(after=2)
    for _ in range(10):
        breaker.failed(0.0, False)
        breaker.worked()
    assert breaker.wait(0.0) == 0


def test_a_probe_that_tells_nothing_is_followed_by_another():
    breaker = Breaker(after=1, pause=1.0)
    breaker.failed(0.0, False)
    assert breaker.sent()
    breaker.undecided(True)
    assert breaker.wait(1.0) == 0


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 100), st.sampled_from(["settle", "lose", "fly"]))))
def test_money_never_passes_the_limit(attempts):
    budget = Budget(Decimal(100))
    truth = Decimal(0)
    for most, share, end in attempts:
        ceiling = Decimal(most)
        if not budget.fits(ceiling):
            continue
        budget.reserve(ceiling)
        cost = ceiling * share / 100
        truth += cost
        if end == "settle":
            budget.settle(ceiling, cost)
        elif end == "lose":
            budget.lose(ceiling)
        assert truth <= budget.limit - budget.left <= budget.limit
