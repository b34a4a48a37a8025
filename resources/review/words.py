"""The journal of people's words, and how each question stands by them.

Belongs here: appending words, reading them, and the state of a question that follows. Does not belong here: what words
together mean (`standing`), which questions there are (`questions`), and who is asked (`queue`).
"""

import datetime as dt
import functools
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import polars as pl

from catalog_assets.consensus.standing import EXCLUDED, WORDS, Trust, last_words, name_of, standing, standing_of
from catalog_assets.vocabulary.columns import MOMENT
from resources.review.database import Session, microseconds, moment_of
from resources.review.excluding import excluded_in
from resources.review.protocol import CASES, DECISIONS, FACTS, HIDDEN, HISTORY, IDENTITY, Decision, Outcome
from resources.review.replacement import MAX_REASON, replacement_fault

_SAID = "d.question_id, d.verdict, d.value, d.unit, d.annotator, d.decided_at, d.reason, d.sequence, d.purpose"
_JOURNAL = f"SELECT {_SAID} FROM decisions AS d ORDER BY d.sequence"
_ASKED = f"SELECT {_SAID}, d.asked FROM decisions AS d ORDER BY d.sequence"
_ASKED_WANTED = f"SELECT {_SAID}, d.asked FROM decisions AS d WHERE d.question_id {{wanted}} ORDER BY d.sequence"
_WITH_ASKED = pl.Schema(HISTORY | {"asked": pl.String()})

_QUESTION = f"SELECT {', '.join((*IDENTITY, *FACTS))}, day FROM question_now WHERE question_id = :question_id"
_WORDS_OF = """
SELECT sequence, verdict, value, unit, annotator, reason, purpose, asked, decided_at FROM decisions
WHERE question_id = :question_id ORDER BY sequence
"""
_APPEND = """
INSERT INTO decisions (sequence, question_id, verdict, value, unit, annotator, decided_at, reason, asked, purpose)
SELECT coalesce(max(sequence), 0) + 1, CAST(:question_id AS TEXT), CAST(:verdict AS TEXT), CAST(:value AS TEXT),
       CAST(:unit AS TEXT), CAST(:annotator AS TEXT), CAST(:decided_at AS BIGINT), CAST(:reason AS TEXT),
       CAST(:asked AS TEXT), CAST(:purpose AS TEXT)
FROM decisions RETURNING sequence
"""
_PASSED = """
SELECT p.question_id, p.person, p.what, p.at, p.position
FROM passes AS p WHERE p.question_id {wanted} AND NOT EXISTS (
    SELECT 1 FROM passes AS b WHERE b.question_id = p.question_id AND b.task_id = p.task_id AND b.what = 'back'
)
"""
_PASSES = pl.Schema(
    {"question_id": pl.String(), "person": pl.String(), "what": pl.String(), "at": MOMENT, "position": pl.Int64()}
)
_STATES = pl.Schema(
    {
        "question_id": pl.String(), "state": pl.String(), "sequence": pl.Int64(), "people": pl.Int64(),
        "decided_at": MOMENT,
    }
)  # fmt: skip
_RESTATE = """
UPDATE waiting SET state = :state, sequence = :sequence, people = :people, decided_at = :decided_at
WHERE question_id = :question_id
"""
_FORGET = "DELETE FROM spoken WHERE question_id {wanted}"
_PASSED_ON = "SELECT person, what, at, reason FROM passes WHERE question_id = :question_id AND what <> 'skip'"
_SPOKEN = {
    "accept": "right", "reject": "wrong", "replace": "rather", "undo": "took that back", "back": "took that back",
    "cannot_tell": "cannot tell", "escalate": "a lead should look",
}  # fmt: skip
_SHOWN = {name: dtype for name, dtype in (IDENTITY | FACTS).items() if name not in HIDDEN}
LEADS_AFTER = 2
"""So many people who cannot tell make it a lead's question."""
_BY = {"question_id": pl.String(), "annotator": pl.String()}
ESCALATED = "escalated"
"""State of a question that a person handed to a lead, or that enough people could not tell."""


def history(session: Session) -> pl.DataFrame:
    """HISTORY: every word in the order of recording."""
    return session.frame(_JOURNAL, HISTORY)


def spoken_words(session: Session) -> pl.DataFrame:
    """WORDS of `standing`: every word, with the confidence that the proposal had when it was said."""
    return _words(session.frame(_ASKED, _WITH_ASKED))


def in_force(session: Session, question_ids: pl.Series | None, trust: Trust | None) -> pl.DataFrame:
    """CASES: the words that stand, of these questions or of all."""
    if question_ids is None:
        rows = session.frame(_ASKED, _WITH_ASKED)
    else:
        statement, wanted = session.wanted(_ASKED_WANTED, question_ids.drop_nulls())
        rows = session.frame(statement, _WITH_ASKED, wanted)
    stands = standing(_words(rows), excluded_in(session), trust).drop_nulls("sequence").select("sequence")
    kept = rows.join(stands, on="sequence", how="semi").sort("question_id")
    asked = pl.col("asked").str.json_decode(pl.Struct(_SHOWN)).struct
    return kept.select(*DECISIONS.names(), *(asked.field(name).alias(f"asked_{name}") for name in _SHOWN)).select(
        pl.col(name).cast(dtype) for name, dtype in CASES.items()
    )


Silenced = Sequence[tuple[str, dt.datetime, dt.datetime | None]]
"""Whose words do not count from when until when; names as `named` gives them."""


def silenced(session: Session) -> Silenced:
    """Whose words do not count now."""
    return [(named(person), since, until) for person, since, until in excluded_in(session).iter_rows()]


def append(
    session: Session,
    decision: Decision,
    excluded: Silenced,
    *,
    once: bool = False,
    beside: bool = False,
    shown: Mapping[str, Any] | None = None,
) -> Outcome:
    """One word, if it can be taken and is not said already; the state of its question is not yet told anew.

    once, beside: as of `ReviewStore.decide`; shown: the FACTS that the person saw, where these may be others than the
    question's now.
    """
    question_id = decision.question_id
    asked = session.row(_QUESTION, {"question_id": question_id})
    if asked is None:
        return Outcome(question_id, "unknown_question")
    every = session.rows(_WORDS_OF, {"question_id": question_id})
    words = [word for word in every if not _is_silenced(word, excluded)]
    if asked.pop("day") is None and words:  # it stands on no day: what was allowed when it was last decided still is
        asked |= {name: json.loads(words[-1]["asked"]).get(name) for name in FACTS}
    fault = _fault(decision, asked)
    if fault is not None:
        return Outcome(question_id, "refused", message=fault)
    # Gold measures, and has nothing to do with what stands: `standing` reads neither by the other.
    same_kind = [word for word in words if (word["purpose"] == "gold") == (decision.purpose == "gold")]
    left = _left(same_kind)
    if beside:
        later = [
            word for word in left if _mine(word, decision) and word["decided_at"] > microseconds(decision.decided_at)
        ]
        if later:
            return Outcome(question_id, "late", sequence=later[-1]["sequence"])
        decides = [word for word in left if word["purpose"] != "second" and not _mine(word, decision)]
        if decides and decision.verdict != "undo":
            decision = replace(decision, purpose="second")
    said = _already(decision, every, left, once)
    if said is not None and not _ends_a_dispute(session, decision):
        return Outcome(question_id, "already", sequence=said or None)
    row = {
        **{name: getattr(decision, name) for name in ("question_id", "verdict", "value", "unit", "annotator")},
        "reason": decision.reason, "purpose": decision.purpose, "asked": json.dumps(asked | dict(shown or {})),
        "decided_at": microseconds(decision.decided_at),
    }  # fmt: skip
    sequence = session.row(_APPEND, row)["sequence"]  # type: ignore[index]
    return Outcome(
        question_id, "recorded", sequence, left[-1]["sequence"] if left else None, second=decision.purpose == "second"
    )


def _ends_a_dispute(session: Session, decision: Decision) -> bool:
    """Whether a lead says the same again of what was handed to a lead since: once more, it is an answer to that."""
    if decision.purpose != "settle" or decision.verdict == "undo":
        return False
    row = session.row("SELECT state FROM waiting WHERE question_id = :id", {"id": decision.question_id})
    return row is not None and row["state"] in ("disputed", ESCALATED)


def _mine(word: Mapping[str, Any], decision: Decision) -> bool:
    return named(word["annotator"]) == named(decision.annotator)


def restate(session: Session, question_ids: Collection[str], trust: Trust | None) -> None:
    """Tell anew how questions stand, after words or passes on them."""
    if not question_ids:
        return
    ids = pl.Series("question_id", sorted(set(question_ids)), pl.String)
    said, passed, forget = (session.wanted(each, ids) for each in (_ASKED_WANTED, _PASSED, _FORGET))
    words = _words(session.frame(said[0], _WITH_ASKED, said[1]))
    excluded = excluded_in(session)
    counting = last_words(words, excluded)
    escalated = _escalated(session.frame(passed[0], _PASSES, passed[1]), counting, excluded)
    states = _states(ids, words, standing_of(counting, ids.to_frame(), trust), counting, escalated)
    session.execute(_RESTATE, states.with_columns(pl.col("decided_at").dt.timestamp("us")).to_dicts())
    session.execute(*forget)
    session.load("spoken", _spoken(words, counting, excluded))


def restate_of(session: Session, person: str) -> None:
    """Tell anew how all questions stand on which a person has said something; their words count again, or no more."""
    said = session.frame("SELECT question_id, annotator FROM decisions", pl.Schema(_BY))
    mine = said.filter(name_of(pl.col("annotator")) == name_of(pl.lit(person)))["question_id"].to_list()
    passed = session.rows("SELECT DISTINCT question_id FROM passes WHERE person = :person", {"person": named(person)})
    restate(session, [*mine, *(row["question_id"] for row in passed)], trusted(session))


def told(session: Session, question_id: str) -> list[str]:
    """What people have said of a question, and why they passed it on: a line each, in order, for who settles it."""
    lines = []
    for word in session.rows(_WORDS_OF, {"question_id": question_id}):
        if word["purpose"] != "gold":
            value = f" {word['value']} {word['unit'] or ''}".rstrip() if word["value"] else ""
            lines.append(
                (word["decided_at"], f"{word['annotator']}: {_SPOKEN[word['verdict']]}{value}", word["reason"])
            )
    for one in session.rows(_PASSED_ON, {"question_id": question_id}):
        lines.append((one["at"], f"{one['person']}: {_SPOKEN[one['what']]}", one["reason"]))
    return [f"{line} ({reason})" if reason else line for _, line, reason in sorted(lines, key=lambda each: each[0])]


def _states(
    ids: pl.Series, words: pl.DataFrame, stands: pl.DataFrame, counting: pl.DataFrame, escalated: pl.DataFrame
) -> pl.DataFrame:
    """_STATES of the questions, by how they stand and who hands them to a lead."""
    last = _last_of(counting).join(words.select(pl.col("sequence").alias("last"), "decided_at"), on="last", how="left")
    told = ids.to_frame().join(stands, on="question_id", how="left").join(last, on="question_id", how="left")
    to_lead = pl.col("question_id").is_in(escalated["question_id"].implode())
    state = pl.when(to_lead).then(pl.lit(ESCALATED)).otherwise(pl.col("state").fill_null("open"))
    people = pl.col("people").fill_null(0).cast(pl.Int64)
    return told.select("question_id", state.alias("state"), "sequence", people, "decided_at")


def _last_of(counting: pl.DataFrame) -> pl.DataFrame:
    """question_id, last: the last word that counts."""
    return counting.group_by("question_id").agg(pl.col("sequence").max().alias("last"))


def _escalated(passes: pl.DataFrame, counting: pl.DataFrame, excluded: pl.DataFrame) -> pl.DataFrame:
    """question_id of what was handed to a lead since the last word that counts."""
    if passes.is_empty():  # mostly; and this is asked at each click
        return pl.DataFrame(schema={"question_id": pl.String()})
    spans = excluded.select(name_of(pl.col("person")).alias("person"), "since", "until")
    within = (pl.col("at") >= pl.col("since")) & (pl.col("at") < pl.col("until")).fill_null(True)
    silent = passes.join(spans, on="person").filter(within)
    heard = passes.join(silent, on=["question_id", "person", "what", "at"], how="anti")
    since = heard.join(_last_of(counting), on="question_id", how="left")
    later = since.filter(pl.col("last").is_null() | (pl.col("position") >= pl.col("last")))
    handed = later.group_by("question_id").agg(
        (pl.col("what") == "escalate").any().alias("handed"),
        (pl.col("person").filter(pl.col("what") == "cannot_tell").n_unique() >= LEADS_AFTER).alias("unclear"),
    )
    return handed.filter(pl.col("handed") | pl.col("unclear")).select("question_id")


def _spoken(words: pl.DataFrame, counting: pl.DataFrame, excluded: pl.DataFrame) -> pl.DataFrame:
    """question_id, person, counts: who has a word that is not taken back, a gold answer or one of somebody excluded
    too; and whether it counts."""
    by = ["question_id", "person"]
    nobody = EXCLUDED.to_frame()
    gold = words.filter(pl.col("purpose") == "gold")
    said = [counting] if excluded.is_empty() else [last_words(words, nobody)]
    said += [last_words(gold, nobody, gold=True)] if gold.height else []
    counts = counting.select(*by, pl.lit(1, pl.Int64).alias("counts"))
    both = pl.concat([each.select(by) for each in said]).unique().join(counts, on=by, how="left")
    return both.with_columns(pl.col("counts").fill_null(0)).sort("question_id", "person")


def _words(rows: pl.DataFrame) -> pl.DataFrame:
    """WORDS of rows with `asked`."""
    confidence = pl.col("asked").str.json_path_match("$.confidence").cast(pl.Float64, strict=False)
    return rows.with_columns(confidence.alias("asked_confidence")).select(
        pl.col(name).cast(dtype) for name, dtype in WORDS.items()
    )


def _is_silenced(word: Mapping[str, Any], excluded: Silenced) -> bool:
    if not excluded:
        return False
    person, at = named(word["annotator"]), moment_of(word["decided_at"])
    return any(
        person == name and since <= at and (until is None or at < until)  # type: ignore[operator]
        for name, since, until in excluded
    )


def _left(words: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The words that nobody has taken back, in their order: as `standing` reads undos."""
    left: list[Mapping[str, Any]] = []
    for word in words:
        if word["verdict"] != "undo":
            left.append(word)
        elif word["purpose"] == "settle":
            left.clear()
        else:
            left = [one for one in left if named(one["annotator"]) != named(word["annotator"])]
    return left


def _already(
    decision: Decision, words: Sequence[Mapping[str, Any]], left: Sequence[Mapping[str, Any]], once: bool
) -> int | None:
    """The word that says it already; 0 where there is nothing to take back; None where it is to be recorded."""
    me = named(decision.annotator)
    if decision.verdict == "undo":
        mine = [word for word in left if decision.purpose == "settle" or named(word["annotator"]) == me]
        return None if mine else 0
    content = (decision.verdict, decision.value, decision.unit, decision.annotator, decision.purpose)
    if left and content == _content(left[-1]):
        return int(left[-1]["sequence"])
    stated = (*content, decision.reason)
    same = [word for word in words if once and stated == (*_content(word), word["reason"])]
    return int(same[-1]["sequence"]) if same else None


def _content(word: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(word[name] for name in ("verdict", "value", "unit", "annotator", "purpose"))


@functools.lru_cache(maxsize=4096)
def named(annotator: str) -> str:
    """As `name_of`, for one name: by the same code, for libraries know other letters."""
    return str(pl.Series([annotator]).to_frame("name").select(name_of(pl.col("name"))).item())


def _fault(decision: Decision, asked: dict[str, Any]) -> str | None:
    if decision.reason is not None and len(decision.reason) > MAX_REASON:
        return f"the reason has {len(decision.reason)} characters and at most {MAX_REASON} are allowed: shorten it"
    if decision.value is None:
        return None
    return replacement_fault(asked["kind"] or "", asked["options"], decision.value, asked["attribute"])


def trusted(session: Session) -> Trust | None:
    """The trust by which questions stand in the queue; None: the last word."""
    row = session.row("SELECT content FROM trust WHERE place = 1")
    return Trust(**json.loads(row["content"])) if row and row["content"] else None


def trust(session: Session, by: Trust | None) -> None:
    """Let questions stand by another rule from now on; `restate` tells them anew."""
    content = None if by is None else json.dumps(asdict(by), sort_keys=True)
    session.execute(
        "INSERT INTO trust (place, content) VALUES (1, :content) "
        "ON CONFLICT (place) DO UPDATE SET content = excluded.content",
        {"content": content},
    )
