"""Decisions on category paths, in a whole pipeline: a path that says nothing is decided for each proposal alone."""

import datetime as dt

import history
import polars as pl
import pytest

from resources.review import Decision

pytestmark = [pytest.mark.xdist_group("histories 0"), pytest.mark.timeout(900)]
NOON = dt.datetime(2026, 1, 20, 12, tzinfo=dt.UTC)
FEED = (
    history.HEAD
    + "p1,Coffee mug 300 ml,Kera,,8.00,Sale,A mug,blue\np2,Gaming laptop 15 inch,Acer,,800.00,Sale,A laptop,black\n"
)


def shown(world):
    rows = world.lake.read("catalog_products").select("name", "category", "category_state")
    return {name: (category, state) for name, category, state in rows.iter_rows()}


def asked(world):
    rows = world.review.open_questions(limit=None).filter(pl.col("attribute") == "category")
    return {row["name"].split()[0]: row for row in rows.iter_rows(named=True)}


@pytest.fixture
def world(tmp_path):
    found = history.open_home(tmp_path)
    history._drop(history.D1, "alpha", "f.csv", FEED, 1)(found)
    history.settle(found)
    return found


def test_two_accepts_under_one_path_both_hold(world):
    questions = asked(world)
    for name in ("Coffee", "Gaming"):
        world.review.decide([Decision(questions[name]["question_id"], "accept", "Ben", NOON)])
    history.settle(world)
    found = shown(world)
    assert found["Coffee mug 300 ml"] == (questions["Coffee"]["value"], "accepted")
    assert found["Gaming laptop 15 inch"] == (questions["Gaming"]["value"], "accepted")


def test_a_reject_of_ones_own_question_holds(world):
    questions = asked(world)
    world.review.decide([Decision(questions["Coffee"]["question_id"], "accept", "Ben", NOON)])
    world.review.decide([Decision(questions["Gaming"]["question_id"], "reject", "Ben", NOON)])
    history.settle(world)
    assert shown(world)["Gaming laptop 15 inch"] == (None, "rejected")


def test_one_accept_does_not_decide_what_is_proposed_otherwise_today(world):
    world.review.decide([Decision(asked(world)["Coffee"]["question_id"], "accept", "Ben", NOON)])
    history.settle(world)
    assert shown(world)["Gaming laptop 15 inch"] == (None, "pending")
