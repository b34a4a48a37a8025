"""The review page's pages: signing in, what suppliers' texts try, light and dark, small screens, and who sees what."""

import datetime as dt

import pytest
from page_questions import NASTY, arabic, batch, category, description, match, nasty, price, weight
from page_world import CHROMIUM, LOUD, PASSWORD, person, ready

from resources.review.protocol import Decision

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(CHROMIUM is None, reason=LOUD),
]
SMALL, WIDE = {"width": 360, "height": 740}, {"width": 1100, "height": 800}


def faults_of(page, only: str | None = None) -> list[str]:
    """What axe-core finds that is serious or critical; `only`: of one rule."""
    from axe_playwright_python.sync_playwright import Axe

    rules = {"runOnly": {"type": "rule", "values": [only]}} if only else {}
    found = Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found if one["impact"] in ("serious", "critical") for node in one["nodes"]
    ]  # fmt: skip


def faults_in_both_schemes(page) -> list[str]:
    page.emulate_media(color_scheme="light")
    found, ground = faults_of(page), "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(ground) != light
    return found + faults_of(page, "color-contrast")  # the only rule that looks at colours


def wider_than_the_screen(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_signing_in_and_out(world, chromium):
    name = person(world, "Ana Petrović")
    page = chromium.new_page()
    page.goto(f"{world.url}/overview")
    page.get_by_label("Name").fill("ana petrović")
    page.get_by_label("Password").fill("not the password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").locator("p").wait_for()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Overview").wait_for()
    assert page.get_by_role("link", name=name).is_visible()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto(world.url)
    page.get_by_role("heading", name="Sign in").wait_for()
    page.close()


def test_an_answer_after_the_session_has_ended_is_not_called_saved(world, sign_in):
    world.ask(weight("s1"))
    page = sign_in()
    page.context.clear_cookies()
    page.wait_for_timeout(260)
    page.keyboard.press("a")
    page.get_by_role("alert").get_by_text("Not saved: you are signed out").wait_for()
    assert world.said("s1") == []
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def test_suppliers_text_is_shown_and_never_obeyed(world, sign_in):
    world.ask(nasty("x1"))
    page = sign_in()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    page.reload()
    ready(page)
    assert page.title() == "Catalogue review"
    text = page.locator(".says").inner_text()
    assert NASTY in text
    assert len(text) > 35_000
    assert "U+202E" in text
    assert page.locator("article script, article img").count() == 0
    assert page.locator(".text").evaluate("box => box.scrollHeight > 3 * box.clientHeight && box.clientHeight < 400")
    assert page.get_by_role("button", name="Accept").is_visible()
    page.wait_for_timeout(260)
    page.keyboard.press("1")  # swapped in by the script, from HTML that holds the same text
    page.get_by_text("1 answer").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Taken back").wait_for()
    assert NASTY in page.locator(".says").inner_text()
    assert page.locator("article script, article img").count() == 0
    assert all(url.startswith(world.url) for url in asked)
    assert page.faults == []
    assert world.said("x1")[0][1].startswith('Wood"><script>')


def test_text_in_arabic_runs_from_right_to_left_and_nothing_else_does(world, sign_in):
    world.ask(arabic("a1"))
    page = sign_in()
    sides = page.locator(".says .text bdi, .says h2 bdi, h1 bdi").evaluate_all(
        "all => all.map(one => getComputedStyle(one).direction)"
    )
    assert "rtl" in sides
    assert "ltr" in sides
    assert page.locator(".says mark").all_inner_texts() == ["أسود", "أسود"]
    mark, name = page.locator(".says mark").first.bounding_box(), page.locator(".says h2").bounding_box()
    assert mark["x"] > name["x"]


def test_tasks_are_accessible_in_both_schemes_and_fit_small_screens(world, sign_in):
    page = sign_in()
    for number, questions in enumerate((
        [weight()], [category()], [description()], [price()], [match()], batch(6), [arabic()], [nasty()], [],
    )):  # fmt: skip
        world.ask(*[[dict(row, question_id=f"{number}-{row['question_id']}") for row in one] for one in questions])
        world.clock.skipped += dt.timedelta(minutes=11)
        page.set_viewport_size(SMALL)
        page.goto(world.url)
        ready(page)
        assert wider_than_the_screen(page) <= 0, questions
        page.set_viewport_size(WIDE)
        page.wait_for_timeout(260)
        page.keyboard.press("n")
        page.keyboard.press("Escape")
        page.keyboard.press("e")
        assert faults_in_both_schemes(page) == [], questions
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert faults_in_both_schemes(page) == []
    assert page.faults == []


def test_all_other_pages_are_accessible_and_fit_small_screens(world, sign_in):
    world.ask(weight(), category(), price())
    said = [
        Decision("weight", "accept", who, world.clock() - dt.timedelta(hours=h)) for who in ("bo", "cy") for h in (1, 5)
    ]
    world.store.decide(said)
    page = sign_in("admin")
    for path in ("overview", "accounts", "exclusions", "log", "help", "password", "nowhere", "sign-in"):
        page.set_viewport_size(SMALL)
        page.goto(f"{world.url}/{path}")
        assert wider_than_the_screen(page) <= 0, path
        page.set_viewport_size(WIDE)
        assert faults_in_both_schemes(page) == [], path


def test_leads_see_the_people_and_others_only_themselves(world, sign_in):
    world.ask(weight("o1"), category("o2"))
    world.store.decide([Decision("o2", "accept", "somebody else", world.clock())])
    for role, sees in (("annotator", False), ("lead", True)):
        page = sign_in(role)
        page.wait_for_timeout(260)
        page.keyboard.press("s")
        page.goto(f"{world.url}/overview")
        text = page.locator("main").inner_text()
        assert ("somebody else" in text) == sees
        assert ("People" in text) == sees
        label = page.locator(".chart").get_attribute("aria-label")
        assert label.startswith("0 answers") != sees
        assert page.get_by_role("link", name="Log", exact=True).count() == int(sees)
        assert page.get_by_role("link", name="Accounts").count() == 0


def test_an_admin_makes_an_account_whose_password_is_shown_once(world, sign_in, chromium):
    page = sign_in("admin")
    page.get_by_role("link", name="Accounts").click()
    page.get_by_label("New account, name").fill("Zoë <b>")
    page.get_by_role("button", name="Add").click()
    password = page.locator(".secret").inner_text()
    page.get_by_role("link", name="Accounts").click()
    assert page.locator(".secret").count() == 0
    new = chromium.new_page()
    new.goto(world.url)
    new.get_by_label("Name").fill("Zoë <b>")
    new.get_by_label("Password").fill(password)
    new.keyboard.press("Enter")
    new.get_by_role("heading", name="Choose a password of your own").wait_for()
    new.get_by_label("Present password").fill(password)
    for label in ("New password at least", "New password again"):
        new.get_by_label(label).fill("quite-another-stone-bridge")
    new.get_by_role("button", name="Change it").click()
    new.locator("article.task").wait_for()
    page.get_by_label("Role of Zoë <b>").select_option("lead")
    page.get_by_role("row").filter(has_text="Zoë").get_by_role("button", name="Save").click()
    page.get_by_role("row").filter(has_text="Zoë").get_by_role("button", name="Disable").click()
    page.get_by_text("disabled 2026-03-02").wait_for()
    new.reload()
    new.get_by_role("heading", name="Sign in").wait_for()
    new.close()


def test_a_lead_excludes_and_readmits(world, sign_in):
    page = sign_in("lead")
    page.get_by_role("link", name="Exclusions").click()
    page.get_by_label("Person").select_option(page.person)
    page.get_by_label("Why").fill("guessed")
    page.get_by_role("button", name="Exclude").click()
    page.get_by_role("cell", name="do not count").wait_for()
    assert world.accounts.exclusions.excluded()["person"].to_list() == [page.person.lower()]
    page.get_by_label("Person").select_option(page.person)
    page.get_by_label("Why").fill("it was somebody else")
    page.get_by_role("button", name="Readmit").click()
    page.get_by_role("cell", name="count", exact=True).wait_for()
    page.get_by_role("link", name="Log", exact=True).click()
    page.get_by_text("guessed").first.wait_for()


def test_single_keys_can_be_switched_off(world, sign_in):
    world.ask(weight("off1"))
    page = sign_in()
    page.keyboard.press("?")
    page.get_by_label("Single keys answer").uncheck()
    page.keyboard.press("Escape")
    page.wait_for_timeout(260)
    page.keyboard.press("a")
    page.wait_for_timeout(200)
    assert world.said("off1") == []
    page.get_by_role("button", name="Accept").click()
    page.get_by_text("1 answer").wait_for()
