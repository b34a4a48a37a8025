"""Accounts: who there is, what administrators change, and what the log says of it; on both databases."""

import polars as pl
import pytest
from account_cases import CAFE, DAY, GOOD, HOME, NOON, OTHER, SECOND, accounts_in
from hypothesis import given
from hypothesis import strategies as st

from catalog_assets.consensus.standing import name_of
from resources.review.accounts import AccountError, NotSignedIn, key_of, name_fault


def session_of(accounts, name, now=NOON):
    return accounts.sign_in(name, GOOD, address=HOME, now=now).token


def test_an_account_is_stored_as_given_and_unique_by_its_name_in_any_case(accounts):
    added = accounts.add("Zoë Müller", "annotator", GOOD, by="Ada", now=NOON)
    assert accounts.account(" zoë müller ") == added
    assert (added.name, added.role, added.created_at, added.disabled_at, added.must_change) == (
        "Zoë Müller", "annotator", NOON, None, True,
    )  # fmt: skip
    assert [each.name for each in accounts.people()] == ["Ada", "Ana", "Leo", "Zoë Müller"]
    for same in ("ANA", "ana", "aNa"):
        with pytest.raises(AccountError, match="already"):
            accounts.add(same, "annotator", GOOD, by="Ada", now=NOON)


@pytest.mark.parametrize(
    "name",
    ["", "a", "a" * 65, " ana", "ana ", "a\nb", "a\x00b", "a\u202eb", "a\u200bb", "a\u2066b", "\ud800a", "ﬁona",
     "e\u0301va", "::", "--", "label-studio:ana", "a\u2028b"],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_in_a_sentence(database, name):
    accounts = accounts_in(database)
    with pytest.raises(AccountError) as refused:
        accounts.add(name, "annotator", GOOD, by="Ada", now=NOON)
    assert str(refused.value).isprintable()
    assert accounts.people() == []


@given(st.text(min_size=1, max_size=66))
def test_who_is_meant_by_a_name_is_what_words_say(name):
    if name_fault(name) is None:
        said = pl.DataFrame({"annotator": [name, f" {name} "]}).select(name_of(pl.col("annotator")))
        assert said["annotator"].to_list() == [key_of(f" {name} ")] * 2


@pytest.mark.parametrize("role", ["", "root", "Admin", "annotator'; DROP TABLE accounts; --"])
def test_a_role_that_is_none_is_refused(accounts, role):
    with pytest.raises(AccountError, match="There is no role"):
        accounts.add("Bo", role, GOOD, by="Ada", now=NOON)
    with pytest.raises(AccountError, match="There is no role"):
        accounts.set_role("Ana", role, by="Ada", now=NOON)


def test_only_a_hash_of_the_password_is_kept(accounts, database):
    with database.reading() as session:
        kept = session.rows("SELECT * FROM accounts")
    assert all(row["password_hash"].startswith("$argon2id$") for row in kept)
    assert len({row["password_hash"] for row in kept}) == 3  # salted
    assert GOOD not in str(kept)


CHANGES = {
    "role": lambda accounts: accounts.set_role("Ana", "lead", by="Ada", now=NOON),
    "password": lambda accounts: accounts.set_password("Ana", OTHER, by="Ada", now=NOON),
    "disable": lambda accounts: accounts.disable("Ana", by="Ada", now=NOON),
}


@pytest.mark.parametrize("change", CHANGES)
def test_sessions_end_when_an_account_changes_and_those_of_others_stay(accounts, change):
    of_ana, of_leo = session_of(accounts, "Ana"), session_of(accounts, "Leo")
    CHANGES[change](accounts)
    assert accounts.signed_in(of_ana, NOON) is None
    assert accounts.signed_in(of_leo, NOON).name == "Leo"


def test_who_is_disabled_cannot_sign_in_until_enabled(accounts):
    before = session_of(accounts, "Ana")
    accounts.disable("ana", by="Ada", now=NOON)
    assert accounts.account("Ana").disabled_at == NOON
    with pytest.raises(NotSignedIn):
        session_of(accounts, "Ana")
    assert (accounts.log.entries()[0].action, accounts.log.entries()[0].detail) == (
        "sign_in_failed", {"why": "disabled"},
    )  # fmt: skip
    accounts.enable("Ana", by="Ada", now=NOON)
    assert accounts.signed_in(before, NOON) is None  # a session that has ended does not come back
    assert accounts.signed_in(session_of(accounts, "Ana"), NOON).role == "annotator"


def test_a_password_by_somebody_else_is_to_be_changed_and_the_old_one_is_gone(accounts):
    accounts.set_password("Ana", OTHER, by="Ada", now=NOON)
    with pytest.raises(NotSignedIn):
        session_of(accounts, "Ana")
    assert accounts.sign_in("Ana", OTHER, address=HOME, now=NOON).signed_in.must_change


def test_somebody_is_always_left_who_can_change_accounts(accounts):
    for change in (
        lambda: accounts.set_role("Ada", "lead", by="Ada", now=NOON),
        lambda: accounts.disable("Ada", by="Ada", now=NOON),
    ):
        with pytest.raises(AccountError, match="make somebody else admin first"):
            change()
    accounts.set_role("Leo", "admin", by="Ada", now=NOON)
    accounts.disable("Ada", by="Leo", now=NOON)
    assert accounts.account("Ada").disabled_at == NOON


@pytest.mark.parametrize("name", ["nobody", "", "a\x00b", "\ud800", "' OR 1=1 --", "x" * 5000])
def test_what_nobody_has_cannot_be_changed(accounts, name):
    for change in (
        lambda: accounts.account(name),
        lambda: accounts.set_role(name, "lead", by="Ada", now=NOON),
        lambda: accounts.set_password(name, OTHER, by="Ada", now=NOON),
        lambda: accounts.disable(name, by="Ada", now=NOON),
    ):
        with pytest.raises(AccountError, match="There is no account"):
            change()


def test_the_log_says_who_did_what_to_whom_from_where_and_nothing_secret(accounts, database):
    admitted = accounts.sign_in("Ana", GOOD, address=HOME, now=NOON)
    accounts.sign_out(admitted.token, now=NOON + SECOND, address=HOME)
    for name, password in (("Ana", OTHER), (GOOD, "typed into the wrong field")):
        with pytest.raises(NotSignedIn):
            accounts.sign_in(name, password, address=CAFE, now=NOON + SECOND)
    accounts.set_role("Ana", "lead", by="Ada", now=NOON + DAY, address=CAFE)
    accounts.set_password("Ana", OTHER, by="Ada", now=NOON + DAY)
    accounts.disable("Ana", by="Ada", now=NOON + DAY)
    accounts.enable("Ana", by="Ada", now=NOON + DAY)
    accounts.exclusions.exclude("Ana", NOON, by="Leo", reason="guesses", now=NOON + DAY, address=HOME)
    accounts.log.note(NOON + DAY, "settings_changed", actor="Ada", what="overlap")
    latest = accounts.log.entries()
    told = [(e.action, e.actor, e.subject, e.address, e.detail.get("why")) for e in reversed(latest)][3:]
    assert told == [
        ("signed_in", "Ana", "Ana", HOME, None), ("signed_out", "Ana", "Ana", HOME, None),
        ("sign_in_failed", None, "Ana", CAFE, "wrong password"), ("sign_in_failed", None, None, CAFE, "unknown name"),
        ("role_changed", "Ada", "Ana", CAFE, None), ("password_changed", "Ada", "Ana", None, None),
        ("account_disabled", "Ada", "Ana", None, None), ("account_enabled", "Ada", "Ana", None, None),
        ("excluded", "Leo", "Ana", HOME, None), ("settings_changed", "Ada", None, None, None),
    ]  # fmt: skip
    assert [each.sequence for each in latest] == list(range(13, 0, -1))
    assert latest[0].at == NOON + DAY
    with database.reading() as session:
        everything = str(session.rows("SELECT * FROM audit_log"))
    for secret in (GOOD, OTHER, "wrong field", admitted.token, admitted.device, "$argon2"):
        assert secret not in everything


def test_the_log_is_read_in_pages(accounts):
    assert [each.sequence for each in accounts.log.entries(2)] == [3, 2]
    assert [each.sequence for each in accounts.log.entries(2, before=2)] == [1]
    with pytest.raises(ValueError, match="limit"):
        accounts.log.entries(0)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log", "DELETE FROM accounts",
     "UPDATE exclusions SET excluded = 0", "DELETE FROM exclusions"],
)  # fmt: skip
def test_what_is_stated_stays(accounts, database, statement):
    accounts.exclusions.exclude("Bo", NOON, by="Leo", reason="guesses", now=NOON)
    with pytest.raises(Exception, match="only added to"), database.writing() as session:
        session.execute(statement)
    assert len(accounts.log.entries()) == 4


def test_what_is_undone_is_not_noted(accounts, database, monkeypatch):
    monkeypatch.setattr("resources.review.accounts.sessions.end_all", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accounts.disable("Ana", by="Ada", now=NOON)
    assert accounts.account("Ana").disabled_at is None
    assert accounts.log.entries()[0].action == "account_added"
