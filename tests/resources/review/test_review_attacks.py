"""Attacks on the review store: words lost, doubled or made of nothing, and what must stop nobody."""

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest
from queue_cases import HOUR, MINUTE, PLAIN, alone, answer, give, queue, rows, state
from review_cases import DAY, NEXT_DAY, NOON, asked, said

from catalog_assets.consensus.standing import Trust, name_of
from resources.review import words
from resources.review.database import Database
from resources.review.exclusions import Exclusions
from resources.review.external.intake import take_in
from resources.review.judging import Stated
from resources.review.known_answers import fix, known_answers, retire
from resources.review.migrations import migrate
from resources.review.page.answering import AnswerIn, of_form, of_script
from resources.review.queue import Queue
from resources.review.schema import MIGRATIONS
from resources.review.settings import Budget
from resources.review.store import SqlReviewStore
from resources.review.words import named


def test_a_task_whose_questions_are_gone_does_not_keep_a_person_from_others(place):
    line = queue(place, "a")
    line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, alone("b"))
    task = line.next("anna", "annotator", NOON + MINUTE)
    assert [item.question_id for item in task.items] == ["b"]


def test_an_answer_to_a_form_is_no_word_on_what_the_form_did_not_show(place):
    both, one = asked(("a", "p1"), ("b", "p2")), asked(("a", "p1"))
    line = queue(place)
    line.store.replace_day(DAY, both)
    task = line.next("anna", "annotator", NOON)
    assert len(task.items) == 2
    line.store.replace_day(DAY, one)
    shown = line.task(task.task_id, "anna")
    line.store.replace_day(DAY, both)
    seen = {item.question_id for item in shown.items}
    answers = of_form(line.task(task.task_id, "anna"), "marked", ["a"], [], None, None, None)
    assert {one.question_id for one in answers} <= seen


def test_an_answer_is_kept_though_the_other_question_of_the_look_is_gone(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p1"), ("b", "p2")))
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, asked(("a", "p1")))
    sent = [AnswerIn(question_id=item.question_id, choice="accept") for item in task.items]
    answers = of_script(line.task(task.task_id, "anna"), sent)
    assert "a" in [one.question_id for one in answers]


def test_a_word_is_kept_with_what_was_shown(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p"), evidence="in red", confidence=0.9))
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(NEXT_DAY, asked(("a", "p"), evidence="anything but red", confidence=0.1))
    line.submit(task.task_id, "anna", "annotator", answer(task), NOON + MINUTE)
    assert line.store.cases(None).select("asked_evidence", "asked_confidence").rows() == [("in red", 0.9)]


@pytest.mark.parametrize("why", ["gold", "second"])
def test_a_receipt_does_not_tell_what_was_mixed_in(place, why):
    how = replace(PLAIN, **{why: Budget(1.0, 5)}, second_share=1.0)
    line = queue(place, "a", how=how, chance=lambda: 0.0)
    told = give(line, "anna")
    if why == "gold":
        fix(line.store, "a", "lea", NOON)
    assert give(line, "bob").products == told.products


def test_the_overview_does_not_tell_what_was_mixed_in(place):
    how = replace(PLAIN, gold=Budget(1.0, 5))
    line = queue(place, "a", how=how, chance=lambda: 0.0)
    line.next("anna", "annotator", NOON)
    plain = line.overview(NOON)["lent"].to_list()
    give(line, "anna")
    fix(line.store, "a", "lea", NOON)
    assert line.next("bob", "annotator", NOON) is not None
    assert line.overview(NOON)["lent"].to_list() == plain


@pytest.mark.parametrize("people", [2**31, 2**63, 2**64, 2**200])
def test_a_release_that_wants_very_many_people_stops_nobody(place, people):
    store = queue(place, "a").store
    try:
        store.use(Trust(people=people))
    except ValueError:
        return  # refused in words is as good
    store.decide([said("a")])
    assert state(store) == "wanting"


def test_names_are_compared_in_one_way():
    every = [chr(n) for n in range(1, 0x110000) if not 0xD800 <= n < 0xE000]
    frame = pl.DataFrame({"name": [f"{c}x{c}" for c in every]}).with_columns(name_of(pl.col("name")).alias("key"))
    changed = [(name, key) for name, key in frame.rows() if not name == key == name.strip().lower()]
    other = [(ascii(name), ascii(key)) for name, key in changed if named(name) != key]
    assert other == []


def test_an_older_word_of_another_platform_does_not_overrule_a_newer_second_opinion(place):
    store = queue(place, "a").store
    store.decide([said("a", decided_at=NOON - HOUR)])

    def from_platform(word: str, at: dt.datetime) -> None:
        take_in(store, [(word, Stated("a", word, "", "", "p:bob", at))], NOON, "again")

    from_platform("reject", NOON)
    from_platform("accept", NOON - MINUTE)
    assert state(store) == "disputed"


def test_words_of_two_platforms_at_once_overrule_nobody(place):
    store = queue(place, "a").store

    class Slow(SqlReviewStore):
        def decide(self, decisions, once=False, beside=False):
            store.decide([said("a", "reject", annotator="bob")])
            return super().decide(decisions, once, beside)

    slow = Slow(store.database, clock=lambda: NOON)
    take_in(slow, [("one", Stated("a", "accept", "", "", "p:eve", NOON))], NOON, "again")
    assert store.decisions()["annotator"].to_list() == ["bob"]


def test_a_known_answer_is_retired_though_a_clock_went_back(place):
    store = queue(place, "a").store
    store.decide([said("a")])
    fix(store, "a", "lea", NOON + HOUR)
    retire(store, "a", "lea", NOON)
    assert known_answers(store).is_empty()


def test_a_known_answer_is_fixed_and_retired_in_one_moment(place):
    store = queue(place, "a").store
    store.decide([said("a")])
    fix(store, "a", "lea", NOON)
    retire(store, "a", "lea", NOON)
    assert known_answers(store).is_empty()


@pytest.mark.parametrize("purpose", ["second", "gold"])
def test_who_only_measured_can_decide_what_is_open_again(place, purpose):
    store = queue(place, "a").store
    store.decide([said("a"), said("a", annotator="bob", purpose=purpose)])
    Exclusions(store.database).exclude("anna", NOON - HOUR, by="lea", reason="x", now=NOON)
    line = Queue(store, PLAIN, lambda: 0.999999)
    assert state(store) == "open"
    assert line.next("bob", "annotator", NOON + MINUTE) is not None


@pytest.mark.parametrize("candidates", ['{"value": 1}', "[1]", '[{"strange": 1}]', "no JSON"])
def test_candidates_that_cannot_be_shown_block_nobody(place, candidates):
    line = queue(place)
    try:
        line.store.replace_day(DAY, asked(("a", "p"), candidates=candidates))
    except ValueError:
        return
    assert line.next("anna", "annotator", NOON) is not None


def test_a_late_answer_counts_where_only_the_same_person_has_the_question_again(place):
    line = queue(place, "a")
    first = line.next("anna", "annotator", NOON)
    assert line.next("anna", "annotator", NOON + 11 * MINUTE).task_id != first.task_id  # the page looks ahead
    assert line.submit(first.task_id, "anna", "annotator", answer(first), NOON + 12 * MINUTE).status == "late"


@pytest.mark.parametrize("popularity", [float("nan"), float("inf"), -1.0])
def test_a_popularity_that_is_none_is_refused(place, popularity):
    line = queue(place)
    with pytest.raises(ValueError, match="popularity"):
        line.store.replace_day(DAY, asked(("a", "p"), popularity=popularity))


def test_products_that_differ_by_what_a_server_cannot_keep_do_not_stop_a_day(place):
    line = queue(place)
    line.store.replace_day(DAY, asked(("a", "p"), ("a", "p\x00")))
    assert line.store.open_questions().height == 1


def test_a_journal_that_was_copied_to_another_database_goes_on(place):
    source = queue(place, "a", "b").store
    source.decide([said("a"), said("b")])
    target = SqlReviewStore(place / "other.sqlite")
    with source.database.reading() as session:
        parts = {name: pl.DataFrame(session.rows(f"SELECT * FROM {name}")) for name in ("questions", "decisions")}
    with target.database.staging() as session, session.write():
        for name, frame in parts.items():
            session.load(name, frame)
    target.derive_anew()
    assert target.decide([said("a", "reject")])[0].status == "recorded"


def test_a_store_of_an_older_version_stands_as_it_stood(tmp_path):
    path = tmp_path / "review.sqlite"
    database = Database(path)
    database.create()
    migrate(database, MIGRATIONS[:3])
    told = [("a", "accept", "anna"), ("a", "reject", "bob"), ("b", "accept", "anna"), ("b", "undo", "bob"),
            ("c", "accept", "anna"), ("c", "undo", "bob"), ("c", "reject", "İ ")]  # fmt: skip
    with database.writing() as session:
        for name in "abcd":
            session.execute("INSERT INTO questions VALUES (:q, 'attribute', 'colour', 'red', NULL)", {"q": name})
            session.execute("INSERT INTO question_days (question_id, day) VALUES (:q, '2025-03-01')", {"q": name})
            session.execute("INSERT INTO question_products VALUES (:q, '2025-03-01', 'p')", {"q": name})
        for question, verdict, who in told:
            session.execute(
                "INSERT INTO decisions (question_id, verdict, annotator, decided_at, asked) VALUES (:q, :v, :w, 1, :a)",
                {"q": question, "v": verdict, "w": who, "a": '{"kind": "attribute", "confidence": 0.5}'},
            )
    store = SqlReviewStore(path)
    assert store.decisions().select("question_id", "sequence").rows() == [("a", 2), ("c", 7)]
    assert [(r["question_id"], r["state"], r["sequence"]) for r in rows(store)] == [
        ("a", "decided", 2), ("b", "open", None), ("c", "decided", 7), ("d", "open", None)
    ]  # fmt: skip
    assert store.decide([said("b", annotator="bob")])[0].status == "recorded"
    before = rows(store)
    store.derive_anew()
    assert rows(store) == before


def test_what_was_read_before_a_word_is_not_kept_as_what_was_read_after_it(place, monkeypatch):
    store = queue(place, "a", "b").store
    store.decide([said("a")])
    read = words.in_force

    def slowly(*how):
        found = read(*how)
        monkeypatch.setattr(words, "in_force", read)
        store.decide([said("b")])  # another thread, while this one reads
        assert store.cases(None).height == 2
        return found

    monkeypatch.setattr(words, "in_force", slowly)
    store.cases(None)
    assert store.cases(None).height == 2


def test_the_other_meaning_of_a_question_is_not_answered_by_a_task_about_the_first(place):
    line = queue(place, "a")
    task = line.next("anna", "annotator", NOON)
    line.store.replace_day(DAY, asked(("b", "p")))  # never decided: it goes
    line.store.replace_day(DAY, asked(("a", "p"), value="blue"))
    line.submit(task.task_id, "anna", "annotator", answer(task), NOON + MINUTE)
    cases = line.store.cases(None)
    assert cases.is_empty() or cases["asked_value"].to_list() == [task.items[0].value]


@pytest.mark.parametrize("name", ["İlse", "STRASSE", "straße", "ａｎｎａ", "ΣΑΣ", "Ǆon", "anna\x1f", "\x85anna"])
def test_one_person_under_one_name(place, name):
    line = queue(place, "a")
    give(line, name)
    assert line.next(name, "annotator", NOON + MINUTE) is None
    assert line.undo(name, NOON + MINUTE) is not None
    assert line.store.decisions().is_empty()
    assert rows(line.store, "SELECT * FROM spoken") == []


ODD = ["'; DROP TABLE decisions; --", ":day", "a b", "ﷺ" * 50, "q" * 5000, "%s", "\\u0000", "a\x00b"]


@pytest.mark.parametrize("question", ODD, ids=ascii)
def test_questions_by_odd_names_are_answered(place, question):
    line = queue(place)
    line.store.replace_day(DAY, asked((question, "p"), evidence="\x00%s:x"))
    assert give(line, "anna").recorded == 1
    assert line.store.cases(None).height == 1
    assert line.undo("anna", NOON + MINUTE) is not None
