"""Whatever happens, the queue is what its journal says."""

import datetime as dt
from contextlib import suppress
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from queue_cases import MINUTE, PLAIN, answer, queue, rows
from review_cases import DAY, NEXT_DAY, NOON, asked
from review_databases import Place

from catalog_assets.consensus.standing import Trust
from resources.review.exclusions import Exclusions
from resources.review.known_answers import NoKnownAnswer, fix, retire
from resources.review.protocol import Decision
from resources.review.queue import Queue
from resources.review.settings import Budget
from resources.review.words import trusted

NUMBERS = count()
PEOPLE = st.sampled_from(["anna", "Bob ", "lea"])
QUESTIONS = st.lists(st.sampled_from("abc"), unique=True)
MOVES = st.one_of(
    st.tuples(
        st.just("day"), st.sampled_from([DAY, NEXT_DAY]), QUESTIONS,
        st.sampled_from([{}, {"why": "audit"}, {"evidence": "other", "confidence": 0.9}, {"popularity": 3.0}]),
    ),
    st.tuples(
        st.just("decide"), PEOPLE, st.sampled_from("abc"), st.sampled_from(["accept", "reject", "undo", "blue"]),
        st.sampled_from(["decide", "second", "gold", "settle"]),
    ),
    st.tuples(
        st.just("task"), PEOPLE, st.sampled_from(["annotator", "lead"]),
        st.sampled_from(["accept", "reject", "skip", "cannot_tell", "escalate"]),
    ),
    st.tuples(st.just("undo"), PEOPLE),
    st.tuples(st.just("exclude"), PEOPLE, st.booleans(), st.integers(-5, 5)),
    st.tuples(st.just("use"), st.sampled_from([None, 0.8, 0.995])),
    st.tuples(st.just("gold"), st.sampled_from("abc"), st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 11])),
)  # fmt: skip
HOW = replace(
    PLAIN, second=Budget(0.3, 5), gold=Budget(0.3, 5), audits=Budget(0.3, 5), second_share=1.0, audit_people=2
)
ALL_OF_IT = """
SELECT question_id, kind, state, sequence, people, products, oldest_day, priority, group_key, why, draw, decided_at
FROM waiting ORDER BY question_id
"""
SPOKEN = "SELECT question_id, person FROM spoken ORDER BY question_id, person"


def play(line: Queue, moves: list[tuple]) -> dt.datetime:
    store, now = line.store, NOON
    for number, (move, *what) in enumerate(moves):
        now += dt.timedelta(seconds=1)
        if move == "day":
            day, names, fields = what
            store.replace_day(day, asked(*((name, f"p{number % 3}") for name in names), **fields))
        elif move == "decide":
            person, question, verdict, purpose = what
            value = {"value": "blue"} if verdict == "blue" else {}
            verdict = "replace" if value else verdict
            store.decide([Decision(question, verdict, person, now, purpose=purpose, **value)])
        elif move == "task":
            person, role, choice = what
            task = line.next(person, role, now)
            if task is not None and task.items:
                line.submit(task.task_id, person, role, answer(task, choice), now)
        elif move == "undo":
            line.undo(what[0], now)
        elif move == "exclude":
            person, excluded, minutes = what
            state_it = Exclusions(store.database).exclude if excluded else Exclusions(store.database).readmit
            state_it(person, now + minutes * MINUTE, by="lea", reason="x", now=now)
        elif move == "use":
            store.use(None if what[0] is None else Trust({"anna": what[0]}, people=2))
        elif move == "gold":
            with suppress(NoKnownAnswer):
                (fix if what[1] else retire)(store, what[0], "lea", now)
        else:
            now += what[0] * MINUTE
    return now


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(moves=st.lists(MOVES, max_size=14), draws=st.randoms(use_true_random=False))
def test_whatever_happened_the_queue_is_what_its_journal_says(place, moves, draws):
    line = queue(Place(place.kind, place.folder / str(next(NUMBERS))), how=HOW, chance=draws.random)
    play(line, [("day", DAY, ["a", "b", "c"], {}), *moves])
    before = rows(line.store, ALL_OF_IT), rows(line.store, SPOKEN)
    stands = {row["question_id"]: row["sequence"] for row in before[0] if row["sequence"] is not None}
    with line.store.database.reading() as session:
        trust = trusted(session)
    assert dict(line.store.decisions(trust=trust).select("question_id", "sequence").rows()) == stands
    line.store.derive_anew()
    assert (rows(line.store, ALL_OF_IT), rows(line.store, SPOKEN)) == before
