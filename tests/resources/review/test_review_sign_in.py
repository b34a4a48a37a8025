"""Signing in and out, and sessions; on both databases."""

import pytest
from account_cases import (
    CHEAP,
    DAY,
    GOOD,
    HOME,
    HOUR,
    MINUTE,
    NOON,
    OTHER,
    SECOND,
    accounts_in,
    enter,
    guess,
    rows,
    staffed,
)  # fmt: skip
from argon2 import PasswordHasher

from resources.review import sessions, tries
from resources.review.accounts import AccountError, NotSignedIn
from resources.review.sessions import form_token, is_form_token
from resources.review.tries import TooManyTries

WRONG = "The name or the password is not right."


def test_who_signs_in_is_known_by_the_token_and_only_a_digest_of_it_is_kept(accounts, database):
    admitted = enter(accounts, " aNA ")
    found = accounts.signed_in(admitted.token, NOON)
    assert (found.name, found.role, found.must_change) == ("Ana", "annotator", False)
    assert len(admitted.token) == 43  # 256 bits
    kept = str(rows(database, "sessions") + rows(database, "known_devices"))
    assert admitted.token not in kept
    assert admitted.device not in kept
    for other in ("", "x", admitted.device, rows(database, "sessions")[0]["token_hash"], "' OR 1=1 --", "\ud800\x00"):
        assert accounts.signed_in(other, NOON) is None


def test_each_sign_in_has_a_token_of_its_own_and_may_replace_one(accounts):
    first, second = enter(accounts), enter(accounts)
    assert first.token != second.token
    third = enter(accounts, ending=first.token)
    assert [accounts.signed_in(each.token, NOON) is None for each in (first, second, third)] == [True, False, False]


def test_signing_out_ends_the_session_on_the_server(accounts):
    token, other = enter(accounts).token, enter(accounts).token
    accounts.sign_out(token, now=NOON)
    accounts.sign_out(token, now=NOON)
    assert accounts.signed_in(token, NOON) is None
    assert accounts.signed_in(other, NOON) is not None
    assert [each.action for each in accounts.log.entries()].count("signed_out") == 1


def test_a_session_ends_when_idle_and_when_old(accounts):
    token, used = enter(accounts).token, NOON
    assert [accounts.signed_in(token, NOON + n * HOUR) for n in (12, 13, 400)] == [None] * 3
    assert accounts.signed_in(token, NOON + 12 * HOUR - SECOND) is not None
    for _ in range(15):
        used += 11 * HOUR
        assert accounts.signed_in(token, used) is not None
    assert accounts.signed_in(token, NOON + 7 * DAY - SECOND) is not None
    assert [accounts.signed_in(token, NOON + 7 * DAY + more) for more in (0 * DAY, HOUR)] == [None] * 2


def test_a_session_of_an_account_that_is_disabled_by_other_means_ends_too(accounts, database):
    token = enter(accounts).token
    with database.writing() as session:
        session.execute("UPDATE accounts SET disabled_at = 1 WHERE name_key = 'ana'")
    assert accounts.signed_in(token, NOON) is None


def test_how_long_sessions_last_is_a_setting(database):
    accounts = staffed(database, idle=2 * MINUTE, absolute=5 * MINUTE, seen=SECOND)
    token = enter(accounts).token
    assert [accounts.signed_in(token, NOON + n * MINUTE) is not None for n in (1, 2, 3, 4, 5)] == [True] * 4 + [False]


def test_a_person_has_so_many_sessions_and_old_ones_are_swept(accounts, database):
    tokens = [enter(accounts, now=NOON + n * SECOND).token for n in range(sessions.MOST + 3)]
    assert accounts.signed_in(tokens[2], NOON + MINUTE) is None
    assert accounts.signed_in(tokens[3], NOON + MINUTE) is not None
    assert len(rows(database, "sessions")) == sessions.MOST
    enter(accounts, "Leo", now=NOON + 2 * DAY)
    assert len(rows(database, "sessions")) == 1


def test_changing_ones_password_ends_all_sessions_and_begins_a_new_one(accounts):
    here, there = enter(accounts), enter(accounts)
    changed = accounts.change_password(here.token, GOOD, OTHER, now=NOON, address=HOME)
    assert [accounts.signed_in(each.token, NOON) is not None for each in (here, there, changed)] == [False, False, True]
    assert guess(accounts, password=GOOD) == WRONG
    assert guess(accounts, password=OTHER) == "in"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [("wrong", OTHER, "not right"), (GOOD, GOOD, "choose another"), (GOOD, "short", "12 to 256"),
     (GOOD, "password1234", "guessed first")],
)  # fmt: skip
def test_a_change_of_password_that_cannot_be_changes_nothing(accounts, old, new, told):
    token = enter(accounts).token
    with pytest.raises(AccountError, match=told):
        accounts.change_password(token, old, new, now=NOON)
    assert accounts.signed_in(token, NOON) is not None
    assert guess(accounts, password=GOOD) == "in"


def test_who_took_a_session_cannot_guess_the_password_by_it(accounts):
    token = enter(accounts).token
    for _ in range(tries.HERE.free):
        with pytest.raises(AccountError):
            accounts.change_password(token, "wrong and wrong", OTHER, now=NOON)
    with pytest.raises(TooManyTries):
        accounts.change_password(token, GOOD, OTHER, now=NOON)


def test_who_must_change_the_password_need_not_after_it(accounts):
    accounts.set_password("Ana", OTHER, by="Ada", now=NOON)
    first = enter(accounts, password=OTHER)
    assert first.signed_in.must_change
    assert not accounts.change_password(first.token, OTHER, GOOD, now=NOON).signed_in.must_change


def test_an_unknown_name_costs_the_work_and_the_words_of_a_wrong_password(accounts, monkeypatch):
    accounts.disable("Leo", by="Ada", now=NOON)
    done = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda it, kept, text: (done.append(kept.split("$")[1:4]), verify(it, kept, text))[1]
    )
    names = ("Ana", "nobody", "Leo", "x", "a\x00b", "' OR 1=1 --", "n" * 100_000)
    told = [guess(accounts, name, address=f"192.0.2.{n}") for n, name in enumerate(names)]
    told += [guess(accounts, "Leo", GOOD), guess(accounts, "Ana", "y" * 1_000_000), guess(accounts, "Ana", "\ud800")]
    assert set(told) == {WRONG}
    assert len(done) == len(told)
    assert all(each == done[0] for each in done)  # algorithm, version and parameters


def test_a_hash_with_older_parameters_is_renewed_at_the_next_sign_in(database):
    old = staffed(database)
    stronger = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    assert stronger.check_needs_rehash(rows(database, "accounts")[0]["password_hash"])
    now = accounts_in(database, stronger)
    token = enter(now, "Leo").token
    kept = {row["name"]: row["password_hash"] for row in rows(database, "accounts")}
    assert not stronger.check_needs_rehash(kept["Leo"])
    assert CHEAP.check_needs_rehash(kept["Leo"])
    assert stronger.check_needs_rehash(kept["Ana"])  # who has not signed in
    assert now.signed_in(token, NOON) is not None
    assert guess(old, "Leo", GOOD) == "in"


def test_an_account_that_is_disabled_while_its_password_is_compared_stays_out(accounts, monkeypatch):
    right = accounts._passwords.right

    def slowly(kept, text):
        accounts.disable("Ana", by="Ada", now=NOON)
        return right(kept, text)

    monkeypatch.setattr(accounts._passwords, "right", slowly)
    with pytest.raises(NotSignedIn):
        enter(accounts)


def test_the_token_of_forms_is_of_one_session():
    token, other = sessions.new_token(), sessions.new_token()
    assert is_form_token(token, form_token(token))
    assert not is_form_token(token, form_token(other))
    for stated in ("", "x", token, form_token(token)[:-1], form_token(token).upper(), "é\ud800"):
        assert not is_form_token(token, stated)
