"""Deciding on the review page, as a person does it: by keys, by clicks, without a script, without a network."""

import datetime as dt
import re

import pytest
from page_questions import batch, category, color, match, price, weight
from page_world import CHROMIUM, LOUD, question

from resources.review.protocol import Decision

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason=LOUD),
]
READY = 260
"""Milliseconds after which a key counts for the task that is now on the screen."""


def press(page, *keys: str) -> None:
    page.wait_for_timeout(READY)
    for key in keys:
        page.keyboard.press(key)


def shown(page, text: str) -> None:
    page.get_by_role("heading", level=1).filter(has_text=text).wait_for()


def asked(page) -> str:
    """The question on the screen, as soon as there is one."""
    return page.locator("article.task[data-question]").get_attribute("data-question")


def saved(page, times: int = 1) -> None:
    """Until the server has said so."""
    page.locator("#progress").get_by_text(re.compile(rf"^{times} answer")).wait_for()


def simple(*ids: str, **facts):
    """Questions of one product each, that no one look answers together."""
    return [
        question(i, value=f"Value {i}", evidence=i, name=f"Product {i}", context=f"Product {i}\nText {i}", **facts)
        for i in ids
    ]


def test_keys_decide_and_what_they_say_is_in_the_store(world, sign_in):
    world.ask(*simple("k1", "k2", "k3", "k4", "k5"))
    page = sign_in()
    seen = []
    for number, key in enumerate(("a", "r", "s", "c", "x"), 1):
        seen.append(asked(page))
        press(page, key)
        saved(page, min(number, 2))  # what is passed over is no answer
    shown(page, "Nothing waits for you")
    assert world.said(seen[0]) == [("accept", None, page.person)]
    assert world.said(seen[1]) == [("reject", None, page.person)]
    assert [world.said(question_id) for question_id in seen[2:]] == [[], [], []]
    assert world.queue.overview(world.clock())["escalated"].sum() == 1
    assert page.faults == []


def test_a_number_gives_the_value_of_that_number(world, sign_in):
    world.ask(weight("n1"))
    page = sign_in()
    press(page, "1")
    saved(page)
    assert world.said("n1") == [("replace", "750", page.person)]


def test_another_value_is_written_and_what_cannot_be_is_said_at_once(world, sign_in):
    world.ask(weight("w1"))
    page = sign_in()
    press(page, "e")
    page.keyboard.type("heavy")
    page.keyboard.press("Enter")
    page.get_by_text("weight is a number in g").wait_for()
    assert world.said("w1") == []
    shown(page, "695 g")
    page.get_by_label("Weight instead").fill("710")
    page.keyboard.press("Enter")
    saved(page)
    assert world.said("w1") == [("replace", "710", page.person)]


def test_typing_narrows_a_long_list_down_and_arrows_choose(world, sign_in):
    world.ask(category("c1"))
    page = sign_in()
    press(page, "e")
    page.keyboard.press("Enter")  # nothing is chosen: nothing is answered
    page.keyboard.type("comp mon")
    page.get_by_text("1 of 72").wait_for()
    page.get_by_label("Type to narrow down").fill("computers >")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    assert world.said("c1") == []
    page.keyboard.press("Enter")
    saved(page)
    assert world.said("c1") == [("replace", "Computers > Desktops & Servers", page.person)]


def test_of_a_long_list_only_what_a_person_chose_is_chosen(world, sign_in):
    world.ask(category("c2"))
    page = sign_in()
    press(page, "e")
    page.keyboard.type("bicy")
    page.get_by_text("nothing is chosen: ↓ or a click chooses").wait_for()
    page.keyboard.press("Enter")
    page.get_by_label("Type to narrow down").fill("bicyclette")
    page.get_by_text("Nothing matches: 0 of 72.").wait_for()
    page.keyboard.press("Enter")
    assert world.said("c2") == []
    page.get_by_label("Type to narrow down").fill("bicycle parts")  # written out, it is chosen
    page.get_by_text("1 of 72; Enter answers.").wait_for()
    page.get_by_label("Type to narrow down").fill("bicycle part")
    page.get_by_text("nothing is chosen").wait_for()
    page.get_by_label("Type to narrow down").fill("bicycles > bicycle parts")
    page.keyboard.press("Enter")
    saved(page)
    assert world.said("c2") == [("replace", "Bicycles > Bicycle Parts", page.person)]


def test_what_was_answered_elsewhere_meanwhile_is_said_to_be(world, sign_in):
    world.ask(*simple("g1", "g2", "g3"))
    page = sign_in()
    page.wait_for_load_state("networkidle")
    first = asked(page)
    press(page, "a")  # the next is on the screen, and it has been fetched ahead
    saved(page)
    second = asked(page)
    (third,) = {"g1", "g2", "g3"} - {first, second}
    page.wait_for_load_state("networkidle")
    elsewhere = [Decision(one, "accept", "the sheet", world.clock()) for one in (second, third)]
    world.store.decide(elsewhere)
    press(page, "a")
    page.get_by_role("alert").get_by_text("somebody else has decided it meanwhile").wait_for()
    page.get_by_text("Until you go on (Enter), single keys answer nothing.").wait_for()
    press(page, "Enter")
    page.get_by_role("alert").get_by_text("answered by somebody else meanwhile").wait_for()
    assert page.get_by_text("has run out").count() == 0
    press(page, "r", "Enter")
    shown(page, "Nothing waits for you")
    assert [world.said(one)[0][2] for one in (second, third)] == ["the sheet"] * 2


def test_one_look_answers_many_and_one_is_taken_out(world, sign_in):
    world.ask(*batch(10))
    page = sign_in()
    shown(page, "these 10 products")
    ids = page.locator("[name=yes]").evaluate_all("boxes => boxes.map(box => box.value)")
    press(page, "3", "ArrowDown", "Space")  # the third out, and the one below it, in two columns
    page.locator("[name=open]").nth(8).check()
    page.get_by_text("Submit: 7 accepted, 2 rejected, 1 left open.").wait_for()
    page.locator("h1").click()
    page.keyboard.press("Enter")
    saved(page, 9)
    said = {question_id: [word[0] for word in world.said(question_id)] for question_id in ids}
    rejected = {ids[2], ids[4]}
    assert said == {
        one: [] if one == ids[8] else ["reject"] if one in rejected else ["accept"] for one in ids
    }  # fmt: skip
    assert asked(page) == ids[8]


def test_one_key_accepts_all(world, sign_in):
    world.ask(*[[dict(row, question_id=f"all-{row['question_id']}") for row in one] for one in batch(5)])
    page = sign_in()
    press(page, "1", "a")
    saved(page, 5)
    assert [verdict for question_id, verdict, *_ in world.words() if question_id.startswith("all-")] == ["accept"] * 5


def test_two_offers_and_a_price(world, sign_in):
    world.ask(match("m1"), price("p1"))
    page = sign_in()
    for _ in range(2):
        heading = page.get_by_role("heading", level=1).inner_text()
        if "two offers" in heading:
            assert page.locator(".offers mark").count() > 3
            page.get_by_role("button", name="Different").click()
        else:
            assert "688.00\u00a0EUR" in heading
            press(page, "e")
            page.keyboard.press("Enter")  # the price as it was: that is no replacement
        page.wait_for_timeout(READY)
    saved(page, 2)
    assert world.said("m1") == [("reject", None, page.person)]
    assert world.said("p1") == [("accept", None, page.person)]


def test_undo_brings_the_question_back(world, sign_in):
    world.ask(*simple("u1", "u2"))
    page = sign_in()
    first = asked(page)
    press(page, "a")
    saved(page)
    press(page, "u")
    page.get_by_text("Taken back").wait_for()
    assert asked(page) == first
    press(page, "r")
    saved(page)
    assert [word[0] for word in world.said(first)] == ["accept", "undo", "reject"]
    press(page, "a")
    shown(page, "Nothing waits")
    assert page.faults == []


def test_the_next_task_is_there_before_the_answer_is_saved(world, sign_in):
    world.ask(*simple("f1", "f2", "f3"))
    page = sign_in()
    first = page.locator("article.task").get_attribute("data-task")
    page.wait_for_timeout(READY)
    waiting = []
    page.route(re.compile("/api/tasks/[^n]"), lambda route: waiting.append(route))
    page.keyboard.press("a")
    page.wait_for_function("first => document.querySelector('article.task').dataset.task !== first", arg=first)
    shown(page, "Value")
    assert page.locator("#progress").inner_text() == "0 answers today"  # nothing seems saved that is not
    assert page.locator("#said").inner_text() == ""
    assert len(waiting) == 1
    waiting[0].continue_()
    saved(page)
    page.get_by_text("Saved: accept.").wait_for(state="attached")


def test_an_answer_that_does_not_arrive_comes_back_and_is_sent_again(world, sign_in):
    world.ask(*simple("o1", "o2", "o3"))
    page = sign_in()
    first = asked(page)
    page.route(re.compile("/api/tasks/[^n]"), lambda route: route.abort())
    press(page, "r")
    page.get_by_role("alert").get_by_text("Not saved yet").wait_for()
    assert asked(page) == first
    press(page, "a")  # answers nothing while one waits
    assert world.words() == [word for word in world.words() if word[0] not in ("o1", "o2", "o3")]
    page.unroute(re.compile("/api/tasks/[^n]"))
    press(page, "Enter")
    saved(page)
    assert [word[0] for word in world.said(first)] == ["reject"]


def test_an_answer_whose_receipt_got_lost_is_recorded_once(world, sign_in):
    world.ask(*simple("l1", "l2"))
    page = sign_in()
    first = asked(page)

    def swallow(route):
        route.fetch()
        route.abort()

    page.route(re.compile("/api/tasks/[^n]"), swallow)
    press(page, "a")
    page.get_by_role("alert").get_by_text("Not saved yet").wait_for()
    page.unroute(re.compile("/api/tasks/[^n]"))
    press(page, "Enter")
    saved(page)
    page.get_by_text("Saved: accept.").wait_for(state="attached")
    assert [word[0] for word in world.said(first)] == ["accept"]


def test_two_people_never_see_the_same_question(world, sign_in):
    world.ask(*simple("t1", "t2", "t3", "t4"))
    pages = [sign_in(), sign_in()]
    seen: list[list[str]] = [[], []]
    for round_ in range(2):
        for who, page in enumerate(pages):
            seen[who].append(asked(page))
            press(page, "a")
            saved(page, round_ + 1)
    assert not set(seen[0]) & set(seen[1])
    assert len(seen[0]) + len(seen[1]) == 4
    assert {question_id for question_id, *_ in world.words() if question_id in ("t1", "t2", "t3", "t4")} == set(
        seen[0] + seen[1]
    )


def test_time_that_runs_out_is_told_and_a_lost_answer_is_not_called_saved(world, sign_in):
    world.ask(*simple("e1"))
    page = sign_in()
    page.wait_for_load_state("networkidle")  # the script asks once how long the task is ours
    page.evaluate("document.querySelector('article.task').deadline = Date.now()")
    page.get_by_role("alert").get_by_text("time for this question has run out").wait_for()
    world.clock.skipped += dt.timedelta(minutes=11)
    other = sign_in()
    assert asked(other) == "e1"
    press(page, "a")
    page.get_by_role("alert").get_by_text("Not saved: the time had run out").wait_for()
    shown(page, "Value e1")
    assert world.said("e1") == []
    press(page, "Enter")
    shown(page, "Nothing waits for you")
    press(other, "r")
    saved(other)
    assert world.said("e1") == [("reject", None, other.person)]


def test_without_a_script_the_forms_do_the_same(world, sign_in):
    world.ask(color("j1"), *simple("j2"))
    page = sign_in(java_script_enabled=False)
    first = asked(page)
    page.locator(".note summary").click()
    page.get_by_label("A note to go with the answer").fill("from a form")
    page.keyboard.press("Enter")  # in a note, it answers nothing
    assert world.said(first) == []
    page.get_by_role("button", name="Reject").click()
    saved(page)
    assert asked(page) != first
    page.get_by_role("button", name="Undo the last answer").click()
    page.get_by_text("Taken back").wait_for()
    assert asked(page) == first
    page.locator(".editor summary").click()
    page.locator("#other").fill("Navy")
    page.get_by_role("button", name="Replace").click()
    saved(page)
    assert [word[:2] for word in world.said(first)] == [("reject", None), ("undo", None), ("replace", "Navy")]
    notes = world.store.history().filter(question_id=first)["reason"].to_list()
    assert notes[0] == "from a form"


def test_a_key_held_down_and_keys_with_others_answer_nothing(world, sign_in):
    world.ask(*simple("h1", "h2", "h3"))
    page = sign_in()
    press(page, "Control+a", "Alt+a")
    page.keyboard.down("a")
    for _ in range(10):
        page.keyboard.down("a")  # repeats
    page.keyboard.up("a")
    saved(page)
    page.wait_for_timeout(READY)
    assert sum(question_id in ("h1", "h2", "h3") for question_id, *_ in world.words()) == 1
