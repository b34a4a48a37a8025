"""What an attacker sends: others' tasks, statements of SQL, scripts; on the real page."""

import html
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from account_cases import GOOD, NOON, PEOPLE
from page_people import routes_of, sign_in, token_of, world
from review_cases import options

from resources.review.page.security import DEVICE, ROUTES, SESSION

TABLES = ("accounts", "decisions", "exclusions", "questions", "sessions")
FORM = {"content-type": "application/x-www-form-urlencoded"}
INJECTIONS = (
    "' OR '1'='1", "'; DROP TABLE accounts; --", "x' UNION SELECT password_hash FROM accounts --",
    "\\'; SELECT 1; --", ":name", "%s", "{0}", "Ana'/*", "$$; DROP TABLE decisions; $$", "\u202eanA", "a\x00b",
    "\ud800", "x" * 3_000,
)  # fmt: skip
FIELDS = [
    "name",
    "password",
    "next",
    "old",
    "new",
    "again",
    "role",
    "since",
    "reason",
    "choice",
    "value",
    "unit",
    "yes",
    "open",
]
SCRIPTS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg/onload=alert(1)>",
    "</script><script>alert(1)", "javascript:alert(1)", "{{7777*3}}", "{% debug %}", "</textarea><x-alive>",
    "</title></style><x-alive>", "&lt;x-alive&gt;<x-alive>", "\" autofocus onfocus=alert(1) x=\"",
)  # fmt: skip


def _short(text: str) -> str:
    return ascii(text[:40])


class Alive(HTMLParser):
    """What of SCRIPTS a browser would obey in a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        facts = dict(attributes)
        if tag in ("x-alive", "style") or (tag == "script" and not facts.get("src", "").startswith("/static/")):
            self.found.append(tag)
        self.found += [name for name in facts if name.startswith("on") or name in ("style", "srcdoc")]
        elsewhere = re.compile(r"\s*(javascript:|data:|(https?:)?//)", re.IGNORECASE)
        self.found += [f"{name}={facts[name]}" for name in ("href", "src", "action", "formaction")
                       if elsewhere.match(facts.get(name) or "")]  # fmt: skip

    def handle_data(self, data):
        self.found += ["23331"] if "23331" in data else []


def of_ana(page):
    """Ana's task, as the queue has lent it to her."""
    task = page.queue.next("Ana", "annotator", page.clock())
    return task.task_id, task.items[0].question_id


def said(page):
    return page.store.history().height


@pytest.mark.parametrize("who", ["Bea", "Leo", "Ada"])
def test_a_task_of_another_person_is_not_there(tmp_path, who):
    page = world(tmp_path)
    task_id, question_id = of_ana(page)
    other = page.signed_in(who)
    answers = {"answers": [{"question_id": question_id, "choice": "accept"}]}
    for which in (task_id, "invented"):
        told = [
            other.post(f"/api/tasks/{which}", json=answers, headers={"accept": "application/json"}),
            other.post(f"/tasks/{which}", data={"choice": "accept", "yes": question_id}),
            other.get(f"/image/{which}/{question_id}"),
        ]
        assert [each.status_code for each in told] == [404] * 3
    assert said(page) == 0
    own = page.signed_in("Ana").post(f"/api/tasks/{task_id}", json=answers, headers={"accept": "application/json"})
    assert (own.status_code, own.json()["saved"], said(page)) == (200, True, 1)


def test_an_answer_to_what_the_task_does_not_ask_is_refused_whole(tmp_path):
    page = world(tmp_path, "q1", "q2", options=None)
    task_id, question_id = of_ana(page)
    client = page.signed_in("Ana")
    sent = {"answers": [{"question_id": id, "choice": "accept"} for id in (question_id, "q-of-others")]}
    assert client.post(f"/api/tasks/{task_id}", json=sent).status_code == 422
    assert said(page) == 0


def test_nobody_takes_back_the_words_of_another(tmp_path):
    page = world(tmp_path)
    task_id, question_id = of_ana(page)
    answers = {"answers": [{"question_id": question_id, "choice": "accept"}]}
    page.signed_in("Ana").post(f"/api/tasks/{task_id}", json=answers)
    undone = page.signed_in("Bea").post("/api/undo", headers={"accept": "application/json"})
    assert undone.json()["task"] is None
    assert said(page) == 1


def test_a_word_is_said_by_who_is_signed_in_whatever_a_form_claims(tmp_path):
    page = world(tmp_path)
    task_id, question_id = of_ana(page)
    claims = {"choice": "accept", "yes": question_id, "person": "Leo", "annotator": "Leo", "role": "admin"}
    page.signed_in("Ana").post(f"/tasks/{task_id}?person=Leo", data=claims)
    assert set(page.store.history()["annotator"]) == {"Ana"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked_much(request, tmp_path_factory):
    """A page on each database, that many odd requests go to."""
    from review_databases import Place

    return world(Place(request.param, tmp_path_factory.mktemp("page")))


def counted(page):
    with page.store.database.reading() as session:
        return {table: session.row(f"SELECT count(*) AS n FROM {table}")["n"] for table in TABLES}


@pytest.mark.parametrize("sent", INJECTIONS, ids=_short)
def test_a_statement_in_any_field_is_text(asked_much, sent):
    """Each route with the text in its path, its query and each field of its form: nothing fails, nothing is changed, no
    secret comes back."""
    page = asked_much
    odd = sent.encode("utf-8", "surrogatepass")
    form = b"&".join(name.encode() + b"=" + b"".join(b"%%%02x" % byte for byte in odd) for name in FIELDS)
    client = page.entered("Ada")
    client.headers["x-csrf-token"] = token_of(client)
    before, path = counted(page), "".join(f"%{byte:02x}" for byte in odd)
    for route in sorted(ROUTES):
        method, template = route.split()
        if template.startswith("/hooks") or route in ("POST /accounts/add", "POST /sign-out"):
            continue  # a name of odd letters may well be added; signed out, the others would be refused
        address = re.sub(r"\{[^}]*\}", path, template) + f"?next={path}&before={path}&count={path}"
        body = (
            {"content": form, "headers": {"content-type": "application/x-www-form-urlencoded"}}
            if method == "POST"
            else {}
        )
        answer = client.request(method, address, **body)
        assert answer.status_code < 500, (route, answer.text[:300])
        assert "$argon2" not in answer.text
    assert counted(page) == before
    assert {each.name: each.role for each in page.accounts.people()} == {**PEOPLE, "Bea": "annotator"}


def test_a_statement_for_a_name_is_a_name_or_refused(tmp_path):
    page = world(tmp_path)
    admin = page.signed_in("Ada")
    for sent in INJECTIONS[:-3]:
        assert admin.post("/accounts/add", data={"name": sent, "role": "annotator"}).status_code in (200, 400)
    names = {each.name for each in page.accounts.people()}
    assert {*PEOPLE, "' OR '1'='1", "%s"} < names < {*PEOPLE, "Bea", *INJECTIONS}


@pytest.mark.parametrize("sent", INJECTIONS[:-1], ids=_short)
def test_a_statement_for_a_session_or_a_name_lets_nobody_in(asked_much, sent):
    asked_much.clock.now += asked_much.accounts.settings.idle  # no pauses from the last one
    told = sent.encode("utf-8", "replace").decode()
    for name, password in ((told, GOOD), ("Ana", told)):
        client = asked_much.client(client=("192.0.2.77", 1))
        client.cookies.set(DEVICE, quote(told))
        client.cookies.set(SESSION, quote(told))
        assert client.get("/").headers["location"] == "/sign-in"
        assert sign_in(client, name, password).status_code == 401


@pytest.mark.parametrize("sent", SCRIPTS)
def test_a_script_in_what_suppliers_write_is_text(tmp_path, sent):
    texts = dict.fromkeys(
        ("value", "name", "context", "evidence", "method", "unit", "attribute", "model_version"), sent
    )
    page = world(tmp_path, "q1", **texts, options=options(sent, "other"), image=f"https://x/{sent}")
    client = page.signed_in("Ana")
    part = client.get("/api/tasks/next", headers={"accept": "*/*"}).json()["tasks"][0]["html"]
    for shown in (client.get("/").text, part):
        assert sent in html.unescape(re.sub(r"</?(mark|bdi|b)\b[^>]*>", "", shown))  # it is shown, and is text
        assert Alive(shown).found == []


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """A page on which people have written SCRIPTS wherever they can write."""
    page = world(tmp_path_factory.mktemp("page"))
    for sent in SCRIPTS:
        page.accounts.add(sent.replace(":", "")[:60], "lead", GOOD, by=sent, now=NOON, must_change=False)
        page.accounts.exclusions.exclude(sent, NOON, by=sent, reason=sent, now=NOON, address=sent)
        page.accounts.log.note(NOON, "settings_changed", actor=sent, subject=sent, address=sent, told=sent)
    return page


def test_a_script_in_what_people_wrote_is_text(spoken):
    for name in ("Ada", SCRIPTS[0]):
        client = spoken.signed_in(name)
        pages = ["/", "/overview", "/help", "/exclusions", "/log", "/password", *["/accounts"] * (name == "Ada")]
        for answer in map(client.get, pages):
            assert (answer.status_code, Alive(answer.text).found) == (200, []), answer.url
        assert all(sent in html.unescape(client.get("/log").text) for sent in SCRIPTS)


@pytest.mark.parametrize("sent", SCRIPTS)
def test_a_script_that_is_told_again_is_text(spoken, sent):
    admin = spoken.signed_in("Ada")
    pages = [
        spoken.client().get("/sign-in", params={"next": sent}),
        sign_in(spoken.client(client=(sent, 1)), sent, sent, next=sent),
        admin.get("/log", params={"before": sent}),
        admin.get(f"/{quote(sent)}"),
        admin.get(f"/overview?{quote(sent)}"),
        admin.post(f"/tasks/{quote(sent, safe='')}", data={"choice": sent}),
        admin.post("/accounts/exclude", data={"name": sent, "since": sent, "reason": sent}),
        admin.post("/accounts/role", data={"name": sent, "role": sent}),
        admin.post("/accounts/add", data={"name": sent + "\n", "role": "lead"}),
    ]
    for answer in pages:
        assert answer.headers["content-type"] == "text/html; charset=utf-8", answer.url
        assert Alive(answer.text).found == [], answer.url


def test_no_page_has_a_script_or_a_style_of_its_own(tmp_path):
    """The policy would stop them; that none is there shows that nothing was built on it."""
    page = world(tmp_path)
    admin = page.signed_in("Ada")
    for route in sorted(routes_of(page.app)):
        method, path = route.split()
        if method == "GET" and "{" not in path and "/api/" not in path and path != "/sign-in":
            shown = admin.get(path)
            assert (shown.status_code, Alive(shown.text).found) == (200, []), path


def test_what_would_be_obeyed_is_seen():
    """The test of the tests above."""
    for sent in SCRIPTS:
        shown = f'<a href="{sent}">{sent.replace("7777*3", "23331")}</a>'
        assert Alive(shown).found or "{%" in sent, sent
    assert Alive('<script src="/static/page.js"></script><a href="/log">x</a>').found == []
