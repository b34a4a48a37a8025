"""The questions that wait: what stands on which day, and the queue's row of each.

Belongs here: taking in the questions of a day, and what is derived of them. Does not belong here: people's words
(`words`), and who gets which question (`queue`).
"""

import datetime as dt
import json
from collections.abc import Collection

import polars as pl

from catalog_assets.digests import digest
from resources.review.database import Session, microseconds
from resources.review.protocol import ASKED, FACTS, IDENTITY, KINDS, LATER, OPEN, QUESTIONS
from resources.review.replacement import allowed_values, shown
from resources.review.tasks import Candidate

LEAST = 0.1
"""Weight of a question whose answer is all but known: it is asked last, and asked."""
ALONE = ("category", "price", "match", "description")
"""Kinds of which one question is one look: a path serves all its products, two offers or a text need reading."""
_DEFAULTS = {"why": "doubt"}
_DRAW_DIGITS = 8
_SALT = "second opinion"

_FACTS = ", ".join(FACTS)
_STORED = f"{_FACTS}, weight, group_key"

_SAME_QUESTION = f"""
SELECT i.question_id FROM incoming AS i JOIN questions AS q ON q.question_id = i.question_id
WHERE {" OR ".join(f"q.{name} IS DISTINCT FROM i.{name}" for name in IDENTITY)}
ORDER BY i.question_id LIMIT 1
"""

_OURS = "question_id IN (SELECT question_id FROM questions WHERE kind IN :kinds)"

_REPLACE_DAY = (
    # What the day no longer asks
    f"""
    INSERT INTO gone SELECT question_id FROM question_days
    WHERE day = :day AND {_OURS}
    AND NOT EXISTS (SELECT 1 FROM incoming AS i WHERE i.question_id = question_days.question_id)
    """,
    f"""
    DELETE FROM question_products WHERE day = :day AND {_OURS} AND NOT EXISTS (
        SELECT 1 FROM incoming_products AS i
        WHERE i.question_id = question_products.question_id AND i.product_key = question_products.product_key
    )
    """,
    "DELETE FROM question_days WHERE day = :day AND question_id IN (SELECT question_id FROM gone)",
    """
    DELETE FROM waiting WHERE question_id IN (SELECT question_id FROM gone)
    AND NOT EXISTS (SELECT 1 FROM question_days AS d WHERE d.question_id = waiting.question_id)
    AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.question_id = waiting.question_id)
    """,
    """
    DELETE FROM questions WHERE question_id IN (SELECT question_id FROM gone)
    AND NOT EXISTS (SELECT 1 FROM question_days AS d WHERE d.question_id = questions.question_id)
    AND NOT EXISTS (SELECT 1 FROM decisions AS d WHERE d.question_id = questions.question_id)
    """,
    # What it asks now. Rows that are there already are not written again.
    """
    INSERT INTO questions (question_id, kind, attribute, value, unit)
    SELECT question_id, kind, attribute, value, unit FROM incoming AS i
    WHERE NOT EXISTS (SELECT 1 FROM questions AS q WHERE q.question_id = i.question_id)
    """,
    f"""
    INSERT INTO question_days (question_id, day, {_STORED})
    SELECT question_id, :day, {_STORED} FROM incoming WHERE true
    ON CONFLICT (question_id, day) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _STORED.split(", "))}
    WHERE {" OR ".join(f"question_days.{name} IS DISTINCT FROM excluded.{name}" for name in _STORED.split(", "))}
    """,
    """
    INSERT INTO question_products (question_id, day, product_key)
    SELECT question_id, :day, product_key FROM incoming_products WHERE true
    ON CONFLICT DO NOTHING
    """,
    "INSERT INTO touched SELECT question_id, draw FROM incoming",
    "INSERT INTO touched SELECT question_id, draw FROM waiting WHERE question_id IN (SELECT question_id FROM gone)",
)

_WAITING = """
INSERT INTO waiting (
    question_id, kind, state, sequence, people, products, oldest_day, priority, group_key, why, draw, asked_at
)
SELECT q.question_id, q.kind, 'open', NULL, 0, coalesce(c.products, 0), c.oldest_day,
       coalesce(q.weight, 1.0) * coalesce(c.products, 0), coalesce(q.group_key, q.question_id),
       coalesce(q.why, 'doubt'), t.draw, :now
FROM touched AS t
JOIN question_now AS q ON q.question_id = t.question_id
LEFT JOIN (
    SELECT question_id, count(DISTINCT product_key) AS products, min(day) AS oldest_day FROM question_products
    WHERE question_id IN (SELECT question_id FROM touched) GROUP BY question_id
) AS c ON c.question_id = t.question_id
WHERE true
ON CONFLICT (question_id) DO UPDATE SET
    products = excluded.products, oldest_day = excluded.oldest_day, priority = excluded.priority,
    group_key = excluded.group_key, why = excluded.why
WHERE waiting.products <> excluded.products OR waiting.oldest_day IS DISTINCT FROM excluded.oldest_day
    OR waiting.priority <> excluded.priority OR waiting.group_key <> excluded.group_key OR waiting.why <> excluded.why
"""

_QUESTIONS = (
    f"SELECT q.question_id, {', '.join(f'q.{name}' for name in (*IDENTITY, *FACTS))} "
    "FROM question_now AS q WHERE q.question_id {wanted} ORDER BY q.question_id"
)

_OPEN = f"""
WITH open_now AS (
    SELECT w.question_id, w.products, w.oldest_day FROM waiting AS w
    WHERE w.sequence IS NULL AND w.products > 0
        AND (CAST(:day AS TEXT) IS NULL OR EXISTS (
            SELECT 1 FROM question_days AS d WHERE d.question_id = w.question_id AND d.day = :day
        ))
    ORDER BY w.products DESC, w.oldest_day, w.question_id
    LIMIT :most
)
SELECT q.question_id, {", ".join(f"q.{name}" for name in (*IDENTITY, *FACTS))}, o.products,
       (SELECT count(*) FROM question_days AS d WHERE d.question_id = o.question_id), o.oldest_day
FROM open_now AS o JOIN question_now AS q ON q.question_id = o.question_id
ORDER BY o.products DESC, o.oldest_day, o.question_id
"""
_ALL = 2**62


def stage(session: Session, questions: pl.DataFrame, kinds: Collection[str]) -> None:
    """Check the questions of a day and put them on the connection, before anybody waits for it."""
    products, asked = _of_the_day(questions)
    strange = set(asked["kind"].unique()) - set(kinds)
    if strange:
        raise ValueError(f"questions of kind {', '.join(sorted(strange))} are not among those replaced")
    texts = (*IDENTITY, *(name for name, dtype in FACTS.items() if dtype == pl.String), "group_key")
    numbers = (*(name for name, dtype in FACTS.items() if dtype != pl.String), "weight", "draw")
    columns = [*(f"{name} TEXT" for name in texts), *(f"{name} DOUBLE PRECISION" for name in numbers)]
    session.temporary("incoming", f"question_id TEXT PRIMARY KEY, {', '.join(columns)}")
    session.temporary("incoming_products", "question_id TEXT, product_key TEXT, PRIMARY KEY (question_id, product_key)")
    session.temporary("gone", "question_id TEXT PRIMARY KEY")
    session.temporary("touched", "question_id TEXT PRIMARY KEY, draw DOUBLE PRECISION")
    session.load("incoming", asked.with_columns(weight(), group_key(), draw()))
    session.load("incoming_products", products)
    session.analyze("incoming", "incoming_products")


def take_in(session: Session, day: dt.date, kinds: Collection[str], now: dt.datetime) -> None:
    """What is staged becomes the questions of the day; called in a writer's turn. now: since when new ones wait."""
    other = session.row(_SAME_QUESTION)
    if other is not None:
        raise ValueError(_other_meaning(other["question_id"]))
    for statement in _REPLACE_DAY:
        session.execute(statement, {"day": day.isoformat(), "kinds": sorted(kinds)})
    session.execute(_WAITING, {"now": microseconds(now)})
    added = session.row("SELECT count(*) AS rows FROM incoming") or {"rows": 0}
    session.analyze("questions", "question_days", "question_products", "waiting", grown_by=added["rows"])


def passed_over(session: Session) -> list[str]:
    """Of the questions that were taken in those that nobody has answered and somebody has passed on: one that comes
    back is still a lead's, if it was."""
    found = session.rows(
        "SELECT DISTINCT t.question_id FROM touched AS t JOIN passes AS p ON p.question_id = t.question_id "
        "JOIN waiting AS w ON w.question_id = t.question_id WHERE w.state = 'open'"
    )
    return [row["question_id"] for row in found]


def derive_anew(session: Session, now: dt.datetime) -> None:
    """The queue's row of every question, from nothing but since when it waits; states and words are added by
    `words.restate`."""
    ids = session.frame("SELECT question_id FROM questions", pl.Schema({"question_id": pl.String()}))
    session.temporary("touched", "question_id TEXT PRIMARY KEY, draw DOUBLE PRECISION")
    session.load("touched", ids.with_columns(draw()))
    session.temporary("since", "question_id TEXT PRIMARY KEY, asked_at BIGINT")
    session.execute("INSERT INTO since SELECT question_id, asked_at FROM waiting")
    session.execute("DELETE FROM waiting")
    session.execute(_WAITING, {"now": microseconds(now)})
    session.execute(
        "UPDATE waiting SET asked_at = since.asked_at FROM since WHERE since.question_id = waiting.question_id"
    )


def known(session: Session, question_ids: pl.Series) -> pl.DataFrame:
    """QUESTIONS that are known, by question_id."""
    statement, wanted = session.wanted(_QUESTIONS, question_ids.drop_nulls())
    return session.frame(statement, QUESTIONS, wanted)


def open_now(session: Session, day: dt.date | None, limit: int | None) -> pl.DataFrame:
    """OPEN: without a decision in force, those that settle most products first."""
    asked = {"day": None if day is None else day.isoformat(), "most": _ALL if limit is None else limit}
    return session.frame(_OPEN, OPEN, asked)


def weight() -> pl.Expr:
    """How much an answer is worth for one product: its popularity, times how unsure the proposal is (the variance of
    a Bernoulli trial, 4 p (1 - p), of a confidence p; a half where none is stated)."""
    p = pl.col("confidence").fill_null(0.5)
    unsure = LEAST + (1 - LEAST) * 4 * p * (1 - p)
    worth: pl.Expr = unsure * pl.col("popularity").fill_null(1.0)
    return worth.alias("weight")


def group_key() -> pl.Expr:
    """Questions that one look answers have the same: the same value read off the same words, of other products; or the
    spellings of one brand."""
    words = pl.when(pl.col("kind") != "brand").then(pl.col("evidence").str.to_lowercase())
    parts = (*(pl.col(name) for name in IDENTITY), pl.col("method"), words)
    together = digest(pl.lit("group"), *parts)
    own = pl.col("kind").is_in(ALONE)
    return pl.when(own).then(pl.col("question_id")).otherwise(together).alias("group_key")


def draw() -> pl.Expr:
    """A number in [0, 1) by the question's id: which share of questions gets a second opinion cannot be chosen after
    they are decided."""
    hashed = digest(pl.lit(_SALT), pl.col("question_id")).str.head(_DRAW_DIGITS)
    number: pl.Expr = hashed.str.to_integer(base=16, dtype=pl.Int64) / 16**_DRAW_DIGITS
    return number.alias("draw")


def _of_the_day(questions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The distinct (question_id, product_key), and one row a question.

    Where products of one question differ in what is shown, the smallest product_key stands for all: any rule does that
    does not depend on the order of rows.
    """
    missing = [name for name in ASKED if name not in (*questions.columns, *LATER)]
    if missing:
        raise ValueError(f"questions of a day have the columns {', '.join(ASKED)}; missing: {', '.join(missing)}")
    given = {name: pl.col(name) if name in questions.columns else pl.lit(_DEFAULTS.get(name)) for name in ASKED}
    texts = [name for name, dtype in ASKED.items() if dtype == pl.String]
    rows = questions.select(given[name].cast(dtype).alias(name) for name, dtype in ASKED.items()).with_columns(
        pl.col(texts).str.replace_all("\x00", "", literal=True)  # PostgreSQL's text holds none
    )
    _check_values(rows)
    rows = rows.sort("question_id", "product_key", *IDENTITY, *FACTS)
    asked = rows.unique("question_id", keep="first", maintain_order=True)
    meanings = rows.select("question_id", *IDENTITY).unique()
    if meanings.height != asked.height:
        twice = meanings.filter(pl.col("question_id").is_duplicated())["question_id"].min()
        raise ValueError(_other_meaning(str(twice)))
    products = rows.select("question_id", "product_key").unique(maintain_order=True)
    return products, asked.select("question_id", *IDENTITY, *FACTS)


def _check_values(rows: pl.DataFrame) -> None:
    for name in ("question_id", "product_key", "kind"):
        if rows[name].null_count():
            raise ValueError(f"{name} is null in {rows[name].null_count()} of {rows.height} questions")
    unknown = sorted(set(rows["kind"].unique()) - set(KINDS))
    if unknown:
        raise ValueError(f"kind {shown(unknown[0])} is not one of {', '.join(KINDS)}")
    probable = rows["confidence"].is_between(0.0, 1.0)
    if not probable.all():  # nulls are left out, NaN is not between
        raise ValueError(f"confidence is a probability or null, not {rows['confidence'].filter(~probable)[0]}")
    worth = rows["popularity"].drop_nulls()
    if not (worth.is_finite() & (worth >= 0)).all():
        raise ValueError("popularity is a number that is not negative, or null")
    for options in rows["options"].unique():
        allowed_values(options)
    for candidates in rows["candidates"].drop_nulls().unique():
        _check_candidates(candidates)


def _check_candidates(text: str) -> None:
    """What everybody is shown must be what can be shown."""
    try:
        for one in json.loads(text):
            Candidate(**one)
    except (TypeError, ValueError) as error:
        raise ValueError(f"candidates are a JSON list of records (see FACTS), not {shown(text)}") from error


def _other_meaning(question_id: str) -> str:
    return (
        f"question {shown(question_id)} has two meanings: with one question_id, {', '.join(IDENTITY)} are always the "
        "same. Make question_id a hash that covers them"
    )
