"""Signing in and out and changing a password as a browser does it: cookies, tokens of forms, ways back, pauses."""

from http.cookies import SimpleCookie

import pytest
from account_cases import CAFE, DAY, GOOD, HOME, HOUR, NOON, OTHER, SECOND
from page_people import HOST, field_of, sign_in, token_of, world

from resources.review import tries
from resources.review.page.security import DEVICE, FORM, SESSION, PageSettings, own_path
from resources.review.passwords import Busy

SECURE = f"https://{HOST}"


@pytest.fixture
def page(tmp_path):
    return world(tmp_path)


def cookies_in(answer):
    return {name: each for text in answer.headers.get_list("set-cookie") for name, each in SimpleCookie(text).items()}


def is_in(client) -> bool:
    return client.get("/").status_code == 200


def test_signing_in_by_the_form_leads_to_the_questions(page):
    client = page.client()
    answer = sign_in(client, "Ana")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert is_in(client)
    assert GOOD not in answer.text


def test_a_wrong_name_and_a_wrong_password_are_told_alike(page):
    page.accounts.disable("Leo", by="Ada", now=NOON)
    told = []
    for name, password in (("Ana", OTHER), ("Nobody", GOOD), ("Leo", GOOD), ("", ""), ("Ana", "x" * 2_000)):
        client = page.client()
        answer = sign_in(client, name, password)
        assert answer.status_code == 401
        assert not is_in(client)
        told.append(answer.text.replace(name or "\x00", "").replace(field_of(answer.text), ""))
    assert told[0].count("The name or the password is not right.") == 1
    assert told[0] == told[1] == told[2] == told[4]


@pytest.mark.parametrize(
    ("base", "settings", "secured"),
    [(f"http://{HOST}", {}, False), (SECURE, {}, True), (f"http://{HOST}", {"https": True}, True)],
)  # fmt: skip
def test_no_script_reads_the_cookies_and_by_https_nobody_else_sets_them(tmp_path, base, settings, secured):
    page = world(tmp_path, settings=PageSettings(hosts=(HOST,), **settings))
    client = page.client(base_url=base)
    if secured:
        client.headers["origin"] = SECURE
    shown = client.get("/sign-in")
    for name, each in cookies_in(shown).items():
        client.cookies.set(name, each.value)  # over plain http a client keeps no secure cookie; a proxy's browser does
    fields = {"csrf": field_of(shown.text), "name": "Ana", "password": GOOD}
    answer = client.post(
        "/sign-in", data=fields, cookies={name: each.value for name, each in cookies_in(shown).items()}
    )
    assert answer.status_code == 303
    prefix = "__Host-" if secured else ""
    given = cookies_in(shown) | cookies_in(answer)
    assert set(given) == {prefix + kind for kind in (SESSION, DEVICE, FORM)}
    for each in given.values():
        assert (bool(each["httponly"]), each["samesite"], each["path"], each["domain"]) == (True, "lax", "/", "")
        assert bool(each["secure"]) == secured
    assert int(given[prefix + SESSION]["max-age"]) == 7 * DAY.total_seconds()
    assert int(given[prefix + FORM]["max-age"]) == 0  # taken back when it has served
    assert ("strict-transport-security" in answer.headers) == secured


def test_by_https_a_cookie_of_the_plain_name_is_nothing(page):
    token = page.accounts.sign_in("Ana", GOOD, address=HOME, now=NOON).token
    client = page.client(base_url=SECURE)
    client.cookies.set(SESSION, token)
    assert not is_in(client)


def test_a_session_that_was_planted_is_not_the_one_that_begins(page):
    """Fixation: what was known before signing in is worth nothing after it, invented or an attacker's own."""
    attackers = page.signed_in("Bea").cookies[SESSION]
    for planted in ("invented", attackers):
        client = page.client()
        client.cookies.set(SESSION, planted)
        answer = sign_in(client, "Ana")
        assert cookies_in(answer)[SESSION].value != planted
        thief = page.client()
        thief.cookies.set(SESSION, planted)
        assert not is_in(thief)


def test_each_sign_in_and_change_of_password_has_a_token_of_its_own(page):
    client = page.client()
    seen = set()
    for _ in range(2):
        sign_in(client, "Ana")
        seen.add(client.cookies[SESSION])
    fields = {"csrf": token_of(client), "old": GOOD, "new": OTHER, "again": OTHER}
    assert client.post("/password", data=fields).headers["location"] == "/"
    seen.add(client.cookies[SESSION])
    assert len(seen) == 3
    assert is_in(client)
    for token in seen - {client.cookies[SESSION]}:
        assert page.accounts.signed_in(token, NOON) is None


def test_the_form_of_the_sign_in_is_protected_too(page):
    """Else another site could sign a person in to an account of its own, and have what they decide."""
    fields = {"name": "Bea", "password": GOOD}
    client, others = page.client(), page.client()
    token, foreign = field_of(client.get("/sign-in").text), field_of(others.get("/sign-in").text)
    assert token != foreign
    tries_of_others = [{}, {"csrf": ""}, {"csrf": foreign}, {"csrf": client.cookies[FORM]}]
    assert [client.post("/sign-in", data=fields | more).status_code for more in tries_of_others] == [403] * 4
    elsewhere = client.post("/sign-in", data=fields | {"csrf": token}, headers={"origin": "https://evil.example"})
    assert elsewhere.status_code == 403
    bare = page.client().post("/sign-in", data=fields | {"csrf": token})  # a browser without the cookie
    assert bare.status_code == 403
    assert client.post("/sign-in", data=fields | {"csrf": token}).status_code == 303


def test_two_windows_with_the_form_do_not_disturb_each_other(page):
    client = page.client()
    first, second = field_of(client.get("/sign-in").text), field_of(client.get("/sign-in").text)
    assert first == second


def test_signing_out_ends_the_session_on_the_server_not_only_the_cookie(page):
    client = page.signed_in("Ana")
    token = client.cookies[SESSION]
    answer = client.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert SESSION not in client.cookies
    thief = page.client()
    thief.cookies.set(SESSION, token)
    assert not is_in(thief)


@pytest.mark.parametrize("ended", ["idle", "old", "disabled", "role", "password"])
def test_a_session_that_has_ended_shows_and_changes_nothing(page, ended):
    client = page.signed_in("Ana")
    if ended == "idle":
        page.clock.now += 12 * HOUR
    elif ended == "old":
        for _ in range(17):
            page.clock.now += 10 * HOUR
            is_in(client)
    elif ended == "role":
        page.accounts.set_role("Ana", "lead", by="Ada", now=NOON)
    elif ended == "password":
        page.accounts.set_password("Ana", OTHER, by="Ada", now=NOON)
    else:
        page.accounts.disable("Ana", by="Ada", now=NOON)
    assert client.get("/").headers["location"] == "/sign-in"
    assert client.post("/undo").status_code == 401
    assert client.post("/password", data={"old": GOOD, "new": OTHER, "again": OTHER}).status_code == 401


WAYS = {
    "/": "/", "/overview": "/overview", "/log?before=5": "/log?before=5", "": "/", "overview": "/",
    "https://evil.example/": "/", "//evil.example": "/", "///evil.example": "/", "/\\evil.example": "/",
    "\\\\evil.example": "/", "http:evil.example": "/", "javascript:alert(1)": "/", "/\t/evil.example": "/",
    "/\n/evil.example": "/", "\x00//evil.example": "/", "//evil.example/%2e%2e": "/", "/é": "/%C3%A9",
    "/x\r\nSet-Cookie: a=b": "/", "//[::1": "/", "/a b": "/a%20b",
}  # fmt: skip


@pytest.mark.parametrize("stated", WAYS)
def test_the_way_back_leads_nowhere_else(page, stated):
    assert own_path(stated) == WAYS[stated]
    client = page.client()
    shown = client.get("/sign-in", params={"next": stated})
    assert f'name="next" value="{WAYS[stated]}"' in shown.text
    answer = sign_in(client, "Ana", next=stated)
    assert answer.headers["location"] == WAYS[stated]
    assert "set-cookie: a=b" not in str(answer.headers).lower()


def test_who_guesses_pauses_whether_or_not_the_name_exists(page):
    for name in ("Ana", "nobody"):
        client = page.client(client=(f"192.0.2.{len(name)}", 1))
        told = [sign_in(client, name, "wrong and wrong") for _ in range(tries.HERE.free + 1)]
        assert [each.status_code for each in told] == [401] * tries.HERE.free + [429]
        assert told[-1].headers["retry-after"] == "1"
        assert "Try again in 1 second" in told[-1].text
    assert sign_in(page.client(client=(CAFE, 1)), "Ana").status_code == 303


def test_a_browser_that_is_known_is_not_locked_out_by_who_guesses_its_persons_name(page):
    own = page.client(client=(HOME, 1))
    sign_in(own, "Ana")
    own.post("/sign-out", data={"csrf": token_of(own)})
    for n in range(tries.NAME.free):
        sign_in(page.client(client=(f"192.0.2.{n}", 1)), "Ana", "wrong and wrong")
    assert sign_in(page.client(client=(CAFE, 1)), "Ana").status_code == 429
    assert sign_in(own, "Ana").status_code == 303


def test_to_say_that_one_came_from_elsewhere_does_not_help_who_guesses(page):
    client = page.client(client=(HOME, 1))
    told = []
    for n in range(tries.HERE.free + 1):
        client.headers["x-forwarded-for"] = f"192.0.2.{n}"
        told.append(sign_in(client, "Ana", "wrong and wrong").status_code)
    assert told[-1] == 429


def test_a_password_of_somebody_elses_is_changed_first(page):
    page.accounts.set_password("Ana", OTHER, by="Ada", now=NOON)
    client = page.client()
    assert sign_in(client, "Ana", OTHER, next="/overview").headers["location"] == "/password"
    assert client.get("/overview").headers["location"] == "/password"
    fields = {"csrf": token_of(client), "old": OTHER, "new": GOOD, "again": GOOD}
    assert client.post("/password", data=fields).headers["location"] == "/"
    assert client.get("/overview").status_code == 200


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"old": "wrong and wrong"}, "The present password is not right."), ({"again": GOOD + "!"}, "typed in two ways"),
     ({"new": "short", "again": "short"}, "12 to 256 characters"), ({"new": GOOD, "again": GOOD}, "choose another"),
     ({"new": "", "again": ""}, "12 to 256 characters")],
)  # fmt: skip
def test_a_change_that_cannot_be_is_told(page, fields, told):
    client = page.signed_in("Ana")
    answer = client.post("/password", data={"old": GOOD, "new": OTHER, "again": OTHER, **fields})
    assert answer.status_code == 400
    assert told in answer.text
    assert sign_in(page.client(), "Ana", GOOD).status_code == 303


def test_who_took_a_session_cannot_guess_the_password_by_the_form(page):
    client = page.signed_in("Ana")
    fields = {"old": "wrong and wrong", "new": OTHER, "again": OTHER}
    told = [client.post("/password", data=fields).status_code for _ in range(tries.HERE.free + 1)]
    assert told == [400] * tries.HERE.free + [429]
    page.clock.now += SECOND
    assert client.post("/password", data=fields | {"old": GOOD}).status_code == 303


def test_a_rush_is_told_to_wait(page, monkeypatch):
    def busy(*_):
        raise Busy("Too many people sign in at this moment. Try again in a minute.")

    monkeypatch.setattr(page.accounts._passwords, "right", busy)
    answer = sign_in(page.client(), "Ana")
    assert (answer.status_code, "Try again in a minute" in answer.text) == (503, True)
