"""Where asking ends: money, time, an outage, a caller who leaves; and what is in hand at a time."""

import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_cases import PLENTY, QUICK, by_id, exact, model, request, requests, script
from model_limits import RateLimits, total
from model_server import KEY, ModelServer, running

from resources.language_model.client import KEY as VARIABLE
from resources.language_model.client import AnthropicModel
from resources.language_model.protocol import LanguageModelError, Limits, Text


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)


@settings(max_examples=25)
@given(
    st.integers(0, 40),
    st.integers(1, 8),
    st.dictionaries(st.integers(0, 19), st.lists(st.sampled_from(["cut", "500", "truncated_body"]), max_size=3)),
)
def test_the_budget_is_never_passed_even_if_each_byte_is_a_token(thousandths, concurrency, faults):
    told_script = script(**{f"q{place}": names for place, names in faults.items()})
    limits = Limits(None, Decimal(thousandths) / 1000, concurrency)
    with running(ModelServer(script=told_script, tokens=lambda text: len(text.encode()), frame_tokens=900)) as server:
        told = by_id(model(server).ask(requests(20), limits))
        assert total(server.bills) <= limits.budget, "the server billed more"
        assert len(told) == 20
        never = [name for name, reply in told.items() if reply.status == "unpaid"]
        assert all(server.asked[name] == 0 for name in never), "unpaid is what was never sent"


def test_without_money_nothing_is_sent():
    with running(ModelServer()) as server:
        told = by_id(model(server).ask(requests(3), Limits(None, Decimal(0))))
        assert {reply.status for reply in told.values()} == {"unpaid"}
        assert "budget" in told["q0"].told
        assert not server.asked


def test_at_the_deadline_it_ends_and_says_so_of_each():
    with running(ModelServer(latency=lambda: 0.1)) as server:
        told = by_id(model(server).ask(requests(40), Limits(0.6, Decimal(1), 2)))
        kinds = Counter(reply.status for reply in told.values())
        assert set(kinds) == {"answered", "expired"}
        assert kinds.total() == 40
        # What was begun was finished: nothing was paid and thrown away.
        time.sleep(0.3)  # a late bill would come now
        assert total(server.bills) == exact(reply.cost for reply in told.values())


def test_what_hangs_at_the_deadline_is_cut_off_and_told():
    with running(ModelServer(script=script(q0=["hang"]))) as server:
        (reply,) = model(server, rules=replace(QUICK, timeout=60.0)).ask(requests(1), Limits(0.3, Decimal(1)))
        assert (reply.status, reply.attempts) == ("expired", 1)
        assert reply.unseen > 0


def test_an_outage_is_waited_for_by_one_at_a_time():
    """After five failures in a row one at a time tries the ground; once the server is back, all are answered."""
    down = [True]
    calls = []

    def outage(question, attempt):
        calls.append(server.flying)
        down[0] = down[0] and len(calls) < 25
        return "529" if down[0] else None

    with running(ModelServer(script=outage)) as server:
        rules = replace(QUICK, attempts=30, outage=50)
        told = by_id(model(server, rules=rules).ask(requests(10), PLENTY))
        assert {reply.status for reply in told.values()} == {"answered"}
        assert len(calls) == 25 - 1 + 10


def test_an_outage_without_an_end_is_given_up_for_all():
    with running(ModelServer(script=lambda question, attempt: "529")) as server:
        rules = replace(QUICK, attempts=10, outage=3)
        told = by_id(model(server, rules=rules).ask(requests(50), PLENTY))
        assert {reply.status for reply in told.values()} == {"failed"}
        assert len(told) == 50
        assert sum(server.asked.values()) == QUICK.breaker_after + 3
        assert "times in a row" in told["q49"].told


def test_an_address_where_nobody_answers_is_given_up_soon():
    with running(ModelServer()) as server:
        nobody = server.url
    rules = replace(QUICK, attempts=50, outage=50, unreachable=2)
    told = by_id(model(ModelServer(url=nobody), rules=rules).ask(requests(20), PLENTY))
    assert {reply.status for reply in told.values()} == {"failed"}
    assert "times in a row" in told["q19"].told
    assert max(reply.attempts for reply in told.values()) < 50


def test_a_wait_beyond_the_deadline_is_not_waited_for():
    class Closed(ModelServer):
        async def handle(self, call):
            answer = await super().handle(call)
            return replace(answer, headers={**answer.headers, "retry-after": "3600"})

    with running(Closed(script=script(q0=["429"]))) as server:
        began = time.monotonic()
        told = by_id(model(server).ask(requests(5), Limits(600.0, Decimal(1), 1)))
        assert {reply.status for reply in told.values()} == {"expired"}
        assert time.monotonic() - began < 60


def test_a_model_or_schema_that_nobody_knows_fails_alone_and_unsent():
    asked = [request("a", model="claude-new"), request("b", schema={"type": 5}), request("c")]
    with running(ModelServer()) as server:
        told = by_id(model(server).ask(asked, PLENTY))
        assert {name: reply.status for name, reply in told.items()} == {"a": "failed", "b": "failed", "c": "answered"}
        assert "claude-haiku-4-5" in told["a"].told
        assert set(server.asked) == {"c"}


def test_a_source_of_requests_that_breaks_loses_no_reply():
    def source():
        yield from requests(3)
        raise RuntimeError("the source broke")

    told = []
    with running(ModelServer()) as server:
        with pytest.raises(RuntimeError, match="the source broke"):
            told.extend(model(server).ask(source(), PLENTY))
        assert sorted(reply.custom_id for reply in told) == ["q0", "q1", "q2"]
        assert exact(reply.cost for reply in told) == total(server.bills)


def test_who_leaves_early_is_let_go():
    with running(ModelServer(latency=lambda: 0.01)) as server:
        replies = model(server).ask(requests(500), PLENTY)
        next(replies)
        replies.close()
        assert sum(server.asked.values()) < 100


def test_no_more_are_in_hand_than_allowed():
    """Requests are read as replies are taken: memory does not grow with their number."""
    read = []

    def source():
        for each in requests(60):
            read.append(each)
            yield each

    with running(ModelServer()) as server:
        for taken, _ in enumerate(model(server).ask(source(), replace(PLENTY, concurrency=4))):
            time.sleep(0.005)  # time enough to read on
            assert len(read) <= taken + 4
        assert server.most_flying <= 4


def test_the_cache_is_written_once_and_read_by_all_others():
    constant = (Text("Constant. " * 1_000, constant=True), Text("changes"))
    with running(ModelServer(latency=lambda: 0.02)) as server:
        told = list(model(server).ask(requests(20, system=constant), replace(PLENTY, concurrency=20)))
        assert sum(reply.usage.cache_write > 0 for reply in told) == 1
        assert sum(reply.usage.cache_read > 0 for reply in told) == 19
        assert exact(reply.cost for reply in told) == total(server.bills)


def test_without_a_key_nothing_is_asked(monkeypatch):
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "another")
    with pytest.raises(LanguageModelError, match="ANTHROPIC_API_KEY"):
        AnthropicModel("http://127.0.0.1:9").ask(requests(1), PLENTY)
    with pytest.raises(LanguageModelError, match="ANTHROPIC_API_KEY"):
        AnthropicModel("http://127.0.0.1:9").submit(requests(1))


def test_a_server_that_is_not_there_costs_nothing():
    told = list(AnthropicModel("http://127.0.0.1:9", rules=QUICK).ask(requests(2), PLENTY))
    assert [(reply.status, reply.unseen) for reply in told] == [("failed", 0)] * 2


def test_rate_limits_are_kept_without_a_loss():
    with running(ModelServer(limits=RateLimits(requests=1_200, burst=1.0), latency=lambda: 0.02)) as server:
        told = by_id(model(server).ask(requests(60), replace(PLENTY, concurrency=30)))
        assert {reply.status for reply in told.values()} == {"answered"}
        assert server.statuses[429] <= 3
