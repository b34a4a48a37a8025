"""Batches: handing in, looking, being late, being gone, and what a kill leaves behind."""

import pytest
from model_cases import by_id, exact, model, request, requests, script
from model_limits import total
from model_server import KEY, ModelServer, running

from resources.language_model.batches import MAX_REQUESTS, chunks, size_of
from resources.language_model.client import KEY as VARIABLE
from resources.language_model.protocol import LanguageModelError


@pytest.fixture(autouse=True)
def _key(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)


def kept(asked):
    return {each.custom_id: each.asked for each in asked}


def test_chunks_keep_order_and_both_limits():
    asked = requests(10)
    size = size_of(asked[0])
    assert [len(chunk) for chunk in chunks(asked, most=4)] == [4, 4, 2]
    assert [len(chunk) for chunk in chunks(asked, most_bytes=3 * size)] == [3, 3, 3, 1]
    assert [each for chunk in chunks(asked, most=3) for each in chunk] == asked
    assert list(chunks([])) == []


def test_a_request_larger_than_a_batch_is_named():
    with pytest.raises(ValueError, match="q0"):
        list(chunks(requests(1), most_bytes=100))


def test_the_size_is_no_less_than_what_is_sent():
    """Of a batch's body as the server receives it, with text that takes more bytes than characters."""
    received = []

    class Weighing(ModelServer):
        async def handle(self, call):
            if call.method == "POST":
                received.append(len(call.body))
            return await super().handle(call)

    asked = [request(f"q{n}", user="Größe: 38 ½ — 颜色 " * 20) for n in range(5)]
    with running(Weighing()) as server:
        model(server).submit(asked)
    assert 0 < received[0] - len('{"requests":[]}') <= sum(map(size_of, asked))


@pytest.mark.parametrize(
    ("asked", "said"),
    [([], "1 to 100000"), ([request("a"), request("a")], "custom_id"), ([request("a", schema={"type": 1})], "schema")],
)
def test_what_is_no_batch_is_refused_unsent(asked, said):
    with running(ModelServer()) as server:
        with pytest.raises(ValueError, match=said):
            model(server).submit(asked)
        assert not server.batches.calls


def test_a_batch_costs_half():
    asked = requests(3)
    with running(ModelServer()) as server:
        client = model(server)
        replies = list(client.collect(client.submit(asked), kept(asked)).replies)
        assert exact(r.cost for r in replies) == total(server.bills)
        assert exact(r.cost for r in replies) * 2 == exact(client.prices.cost(r.model, r.usage) for r in replies)


def test_a_running_batch_has_no_replies_yet():
    asked = requests(2)
    with running(ModelServer()) as server:
        server.batches.late = True
        client = model(server)
        batch = client.collect(client.submit(asked), kept(asked))
        assert (batch.state, list(batch.replies)) == ("running", [])


def test_a_late_batch_is_cancelled_and_the_rest_asked_one_by_one_without_paying_twice():
    from model_cases import PLENTY

    asked = requests(10)
    with running(ModelServer()) as server:
        server.batches.late, server.batches.processed = True, 0.4
        client = model(server)
        batch_id = client.submit(asked)
        assert client.collect(batch_id, kept(asked)).state == "running"
        client.cancel(batch_id)
        client.cancel(batch_id)  # again changes nothing
        first = by_id(client.collect(batch_id, kept(asked)).replies)
        rest = [each for each in asked if first[each.custom_id].status == "expired"]
        second = by_id(client.ask(rest, PLENTY))
        assert len(rest) == 6
        assert {reply.status for reply in second.values()} == {"answered"}
        assert sorted(bill.question for bill in server.bills) == sorted(each.user for each in asked)
        assert exact(r.cost for r in [*first.values(), *second.values()]) == total(server.bills)


def test_a_batch_that_nobody_has_fails_each_request():
    asked = requests(3)
    with running(ModelServer()) as server:
        batch = model(server).collect("msgbatch_unknown", kept(asked))
        assert batch.state == "gone"
        assert [(reply.custom_id, reply.status) for reply in batch.replies] == [(f"q{n}", "failed") for n in range(3)]


def test_results_that_are_no_longer_kept_fail_each_request():
    asked = requests(3)
    with running(ModelServer()) as server:
        client = model(server)
        batch_id = client.submit(asked)
        server.batches.held[batch_id].archived = True
        batch = client.collect(batch_id, kept(asked))
        assert batch.state == "gone"
        told = list(batch.replies)
        assert {reply.status for reply in told} == {"failed"}
        assert exact(reply.unseen for reply in told) >= total(server.bills) > 0


def test_a_result_that_cannot_be_read_is_malformed_and_may_have_been_billed():
    asked = requests(2)
    with running(ModelServer()) as server:
        client = model(server)
        batch_id = client.submit(asked)
        broken = server.batches.held[batch_id].results
        client.collect(batch_id, kept(asked))
        del broken[0]["result"]["message"]["usage"]
        told = by_id(client.collect(batch_id, kept(asked)).replies)
        assert {name: reply.status for name, reply in told.items()} == {"q0": "answered", "q1": "malformed"}
        assert told["q1"].unseen > 0


def test_a_batch_of_which_nothing_was_asked_is_a_mistake():
    with running(ModelServer()) as server, pytest.raises(ValueError, match="what was asked"):
        model(server).collect("msgbatch_1", {})


def test_cancelling_what_nobody_has_says_so():
    with running(ModelServer()) as server, pytest.raises(LanguageModelError, match="msgbatch_unknown"):
        model(server).cancel("msgbatch_unknown")


def test_a_kill_between_handing_in_and_keeping_the_id_pays_nothing_twice():
    """The id was never kept, but the server knows the batch: its results are had by their custom ids."""
    asked = requests(4)
    with running(ModelServer()) as server:
        client = model(server)
        earlier = client.submit(requests(2))
        client.submit(asked)  # and here the process is killed
        (found,) = model(server).unclaimed({earlier})
        told = by_id(client.collect(found, kept(asked)).replies)
        assert {reply.status for reply in told.values()} == {"answered"}


def test_a_broken_call_finds_the_batch_that_it_handed_in():
    with running(ModelServer()) as server:
        server.batches.faults = {"create": ["cut_after"]}
        batch_id = model(server).submit(requests(3))
        assert list(server.batches.held) == [batch_id]


def test_with_two_new_batches_of_its_size_nothing_is_guessed():
    with running(ModelServer()) as server:
        other = model(server)

        def another(*_):
            if len(server.batches.held) < 2:
                other.submit(requests(3))

        client = model(server)
        object.__setattr__(client._batches, "sleep", another)
        server.batches.faults = {"create": ["cut_after"]}
        with pytest.raises(LanguageModelError, match=r"one of msgbatch_\d+, msgbatch_\d+"):
            client.submit(requests(3))


@pytest.mark.parametrize("fault", ["400", "401", "spend_403"])
def test_a_batch_that_is_not_taken_says_why(fault):
    with running(ModelServer()) as server:
        server.batches.faults = {"create": [fault]}
        with pytest.raises(LanguageModelError, match=r"not taken: 40\d"):
            model(server).submit(requests(1))
        assert not server.batches.held


def test_a_server_that_fails_all_the_time_is_given_up():
    with running(ModelServer()) as server:
        server.batches.faults = {"create": ["529"] * 9}
        with pytest.raises(LanguageModelError, match="4 attempts"):
            model(server).submit(requests(1))
        assert server.batches.calls["create"] == 4


def test_results_that_break_each_time_raise_and_lose_nothing_that_was_had():
    asked = requests(20)
    with running(ModelServer()) as server:
        client = model(server)
        batch_id = client.submit(asked)
        server.batches.faults = {"results": ["cut"] * 4}
        had = []
        with pytest.raises(LanguageModelError, match="cannot be read"):
            had.extend(client.collect(batch_id, kept(asked)).replies)
        again = by_id(client.collect(batch_id, kept(asked)).replies)
        assert len(again) == 20


def test_a_thousand_results_are_read_as_a_stream():
    asked = requests(1_000)
    with running(ModelServer(script=script(q500=["expired"]))) as server:
        client = model(server)
        batch = client.collect(client.submit(asked), kept(asked))
        first = next(batch.replies)
        told = by_id([first, *batch.replies])
        assert len(told) == 1_000
        assert told["q500"].status == "expired"


def test_the_documented_limit_is_the_default():
    assert MAX_REQUESTS == 100_000
