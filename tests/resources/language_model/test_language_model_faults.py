"""Each fault, through the real client: what becomes of the request, and of the money."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_cases import PLENTY, QUICK, by_id, exact, model, request, requests, script
from model_faults import BEFORE, ERRORS, IN_BATCH, SAID, UNSEEN
from model_limits import RateLimits, total
from model_server import KEY, ModelServer, running

from resources.language_model.client import KEY as VARIABLE
from resources.language_model.protocol import Limits

ONCE = 1
ALWAYS = 99
TABLE = [
    # fault, how often, outcome, attempts, answers billed though unseen
    (None, 0, "answered", 1, 0),
    ("429", ONCE, "answered", 2, 0),
    ("429_ramp", ONCE, "answered", 2, 0),
    ("429_silent", ONCE, "answered", 2, 0),
    ("429", ALWAYS, "failed", 4, 0),
    ("429_silent", ALWAYS, "failed", 4, 0),
    ("529", ONCE, "answered", 2, 0),
    ("529", ALWAYS, "failed", 4, 0),
    ("500", ONCE, "answered", 2, 0),
    ("500", ALWAYS, "failed", 4, 0),
    ("hang", ONCE, "answered", 2, 0),
    ("hang", ALWAYS, "failed", 4, 0),
    ("hang_billed", ONCE, "answered", 2, 1),
    ("cut_before", ONCE, "answered", 2, 0),
    ("cut", ONCE, "answered", 2, 1),
    ("cut", ALWAYS, "failed", 4, 4),
    ("malformed_body", ONCE, "answered", 2, 1),
    ("truncated_body", ONCE, "answered", 2, 1),
    ("no_usage", ONCE, "answered", 2, 1),
    ("not_json", ALWAYS, "malformed", 1, 0),
    ("truncated_json", ALWAYS, "malformed", 1, 0),
    ("off_schema", ALWAYS, "malformed", 1, 0),
    ("refusal", ALWAYS, "refused", 1, 0),
    ("max_tokens", ALWAYS, "truncated", 1, 0),
    ("400", ALWAYS, "failed", 1, 0),
    ("413", ALWAYS, "failed", 1, 0),
    ("401", ALWAYS, "failed", 1, 0),
    ("spend_429", ALWAYS, "unpaid", 1, 0),
    ("spend_403", ALWAYS, "unpaid", 1, 0),
    ("spend_400", ALWAYS, "unpaid", 1, 0),
]
IN_BATCHES = [
    # fault, outcome, strays, answers billed though unseen
    (None, "answered", 0, 0),
    ("errored", "failed", 0, 0),
    ("400", "failed", 0, 0),
    ("spend_403", "unpaid", 0, 0),
    ("expired", "expired", 0, 0),
    ("canceled", "expired", 0, 0),
    ("wrong_id", "failed", 1, 0),
    ("duplicate", "answered", 0, 0),
    ("second", "answered", 1, 0),
    ("missing", "failed", 0, 1),
    ("not_json", "malformed", 0, 0),
    ("truncated_json", "malformed", 0, 0),
    ("off_schema", "malformed", 0, 0),
    ("refusal", "refused", 0, 0),
    ("max_tokens", "truncated", 0, 0),
]
NAMES = sorted({*ERRORS, *BEFORE, *UNSEEN, *SAID} - {"401", "spend_429", "spend_403", "spend_400"})
HEAD = f"{'way':9}{'fault':16}{'times':7}{'outcome':11}{'tried':6}{'lost':5}{'paid twice':11}billed unseen"


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)


@pytest.fixture(scope="module", autouse=True)
def table():
    """What the table tests saw, printed at the end (pytest -s shows it)."""
    lines: list[str] = []
    yield lines
    print("", HEAD, *lines, sep="\n")


def paid_twice(server):
    """Answers of the server to a question that it had already answered, and that had arrived."""
    arrived = Counter(bill.question for bill in server.bills if bill.delivered)
    return sum(count - 1 for count in arrived.values())


def line(way, fault, times, reply, lost, twice, unseen):
    often = {0: "", ALWAYS: "always"}.get(times, "once")
    tried = str(reply.attempts)
    return f"{way:9}{fault or 'none':16}{often:7}{reply.status:11}{tried:6}{lost:<5}{twice:<11}{unseen}"


def test_every_fault_stands_in_the_table():
    assert {row[0] for row in TABLE if row[0]} == {*ERRORS, *BEFORE, *UNSEEN, *SAID}
    assert {row[0] for row in IN_BATCHES} >= {*IN_BATCH, *SAID}


@pytest.mark.parametrize(("fault", "times", "outcome", "attempts", "unseen"), TABLE)
def test_one_fault_one_by_one(fault, times, outcome, attempts, unseen, table):
    asked = [request("before"), request("it"), request("after")]
    with running(ModelServer(script=script(it=[fault] * times))) as server:
        rules = replace(QUICK, timeout=0.3) if fault in ("hang", "hang_billed") else QUICK
        told = by_id(model(server, rules=rules).ask(asked, replace(PLENTY, concurrency=1)))
        lost = len(asked) - len(told)
        table.append(line("messages", fault, times, told["it"], lost, paid_twice(server), unseen))
        assert (told["it"].status, told["it"].attempts, lost, paid_twice(server)) == (outcome, attempts, 0, 0)
        assert told["before"].status == "answered"
        final = outcome == "unpaid" or fault == "401"  # for those that follow, too
        assert told["after"].status == (outcome if final else "answered")
        assert exact(reply.cost for reply in told.values()) == total(server.bills, delivered=True)
        assert sum(not bill.delivered for bill in server.bills if bill.question == "it") == unseen
        assert exact(reply.unseen for reply in told.values()) >= total(server.bills, delivered=False)
        assert bool(told["it"].text) == (outcome in ("answered", "truncated", "malformed"))
        assert bool(told["it"].told) == (outcome != "answered")


@pytest.mark.parametrize(("fault", "outcome", "strays", "unseen"), IN_BATCHES)
def test_one_fault_in_a_batch(fault, outcome, strays, unseen, table):
    asked = [request("before"), request("it"), request("after")]
    with running(ModelServer(script=script(it=[fault]))) as server:
        batch_id = model(server).submit(asked)
        batch = model(server).collect(batch_id, {each.custom_id: each.asked for each in asked})
        told = by_id(batch.replies)
        lost, twice = len(asked) - len(told), paid_twice(server) - (fault == "second")
        table.append(line("batch", fault, 0, told["it"], lost, twice, unseen))
        assert (told["it"].status, lost, twice, len(batch.strays)) == (outcome, 0, 0, strays)
        assert told["before"].status == told["after"].status == "answered"
        billed = [*told.values(), *batch.strays]
        assert exact(reply.cost for reply in billed) == total(server.bills, delivered=True)
        assert sum(not bill.delivered for bill in server.bills) == unseen
        assert exact(reply.unseen for reply in told.values()) >= total(server.bills, delivered=False)


@settings(max_examples=10)
@given(
    st.dictionaries(st.integers(0, 11), st.lists(st.sampled_from([None, *NAMES]), max_size=5)),
    st.integers(1, 6),
    st.sampled_from([None, None, None, 240.0]),
)
def test_any_faults_end_in_one_reply_each_and_in_the_servers_bill(faults, concurrency, limit):
    told_script = script(**{f"q{place}": names for place, names in faults.items()})
    with running(ModelServer(script=told_script, limits=RateLimits(limit, burst=5.0))) as server:
        quick = replace(QUICK, timeout=0.1)
        limits = Limits(None, Decimal(1), concurrency)
        told = by_id(model(server, rules=quick).ask(requests(12), limits))
        assert told.keys() == {f"q{place}" for place in range(12)}
        assert exact(r.cost + r.unseen for r in told.values()) <= limits.budget
        for name, reply in told.items():
            billed = total([bill for bill in server.bills if bill.question == name])
            if reply.unseen:
                assert Fraction(reply.cost) <= billed <= Fraction(reply.cost + reply.unseen)
            else:
                assert (Fraction(reply.cost), reply.attempts) == (billed, server.asked[name])


@settings(max_examples=10)
@given(
    st.dictionaries(st.integers(0, 9), st.sampled_from([*IN_BATCH, *SAID, "500", "400"])),
    st.lists(st.sampled_from([None, "500", "529", "429", "cut_before", "cut_after", "cut"]), max_size=3),
    # The client looks at the batch before it reads, each time: together they stay within the attempts.
    st.lists(st.sampled_from([None, "500", "429", "cut", "cut_before"]), max_size=2),
    st.lists(st.sampled_from([None, "500", "cut"]), max_size=2),
)
def test_any_faults_of_a_batch_end_in_one_reply_each_and_in_the_servers_bill(entries, creating, reading, looking):
    told_script = script(**{f"q{place}": [name] for place, name in entries.items()})
    with running(ModelServer(script=told_script)) as server:
        server.batches.faults = {"create": list(creating), "results": list(reading), "retrieve": list(looking)}
        asked = requests(10)
        client = model(server)
        batch_id = client.submit(asked)
        assert len(server.batches.held) == 1, "handed in twice, billed twice"
        batch = client.collect(batch_id, {each.custom_id: each.asked for each in asked})
        told = by_id(batch.replies)
        assert told.keys() == {f"q{place}" for place in range(10)}
        assert exact(r.cost for r in [*told.values(), *batch.strays]) == total(server.bills, delivered=True)
