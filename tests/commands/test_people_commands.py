"""`catalog people`, called as a person does."""

from types import SimpleNamespace

import click
import pytest
from account_cases import CHEAP, GOOD, NOON, OTHER, accounts_in
from click.testing import CliRunner
from review_cases import DAY, asked, said

from catalog_assets.cli import main
from catalog_assets.commands import people as commands
from resources.review.accounts import Accounts
from resources.review.store import SqlReviewStore


@pytest.fixture
def accounts(tmp_path, monkeypatch):
    store = SqlReviewStore(tmp_path / "review.sqlite")
    monkeypatch.setattr(commands, "opened", lambda: SimpleNamespace(review=store))
    monkeypatch.setattr("resources.review.passwords.PasswordHasher", lambda: CHEAP)
    return accounts_in(store.database)


def call(*arguments, typed=None):
    return CliRunner().invoke(main, ["people", *arguments], input=typed)


def signs_in(accounts: Accounts, name: str, password: str) -> bool:
    try:
        return accounts.sign_in(name, password, address="here", now=NOON).signed_in.name == name
    except Exception:
        return False


def test_the_first_admin_types_a_password_twice(accounts):
    told = call("add", "Ada", "--role", "admin", typed=f"{GOOD}\n{GOOD}\n")
    assert told.exit_code == 0, told.output
    assert "Ada is admin." in told.output
    assert GOOD not in told.output
    (ada,) = accounts.people()
    assert (ada.name, ada.role, ada.must_change) == ("Ada", "admin", False)
    assert signs_in(accounts, "Ada", GOOD)
    assert accounts.log.entries()[-1].actor.startswith("command line: ")


def test_a_password_typed_in_two_ways_is_asked_for_again(accounts):
    told = call("add", "Ada", typed=f"{GOOD}\n{OTHER}\n{OTHER}\n{OTHER}\n")
    assert told.exit_code == 0
    assert signs_in(accounts, "Ada", OTHER)


def test_a_script_gives_it_on_standard_input(accounts):
    assert call("add", "Ada", "--password-stdin", typed=f"{GOOD}\r\nrest").exit_code == 0
    assert signs_in(accounts, "Ada", GOOD)


def test_one_that_is_made_up_is_printed_once_and_to_be_changed(accounts):
    told = call("add", "Ana", "--one-time", "--by", "ada")
    password = told.output.split("told only now: ", 1)[1].strip()
    assert accounts.account("Ana").must_change
    assert signs_in(accounts, "Ana", password)
    assert accounts.log.entries()[-1].actor == "ada"
    assert call("add", "Bea", "--one-time", "--password-stdin").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [(["add", "A"], "", "2 to 64 characters"), (["add", "Ada", "--password-stdin"], "short\n", "12 to 256"),
     (["add", "ana", "--password-stdin"], f"{GOOD}\n", "already"), (["role", "nobody", "lead"], "", "no account"),
     (["role", "Ana", "owner"], "", "annotator, lead, admin"),
     (["add", "Bo", "--role", "x"], "", "annotator, lead, admin"),
     (["password", "nobody"], "", "no account"), (["disable", "nobody"], "", "no account"),
     (["enable", "nobody"], "", "no account"),
     (["exclude", "Ana", "--since", "2025-01-01", "--reason", " "], "", "reason is empty")],
)  # fmt: skip
def test_what_cannot_be_is_one_sentence(accounts, arguments, typed, said):
    accounts.add("Ana", "admin", GOOD, by="test", now=NOON)
    told = call(*arguments, typed=typed)
    assert told.exit_code == 1
    assert said in " ".join(told.output.split())
    assert "Traceback" not in told.output
    assert "Password" not in told.output  # nobody types one for nothing


def test_accounts_are_changed_and_listed(accounts):
    for name, role in (("Ana", "annotator"), ("Ada", "admin")):
        accounts.add(name, role, GOOD, by="test", now=NOON)
    assert call("role", "Ana", "lead").exit_code == 0
    assert call("password", "ana", "--password-stdin", typed=f"{OTHER}\n").exit_code == 0
    assert signs_in(accounts, "Ana", OTHER)
    assert "Their words count as before" in " ".join(call("disable", "Ana").output.split())
    assert not signs_in(accounts, "Ana", OTHER)
    said = call("exclude", "Ana", "--since", "2025-03-01", "--reason", "guesses").output
    assert "Words of Ana do not count from 2025-03-01 00:00:00+00:00 on:" in said
    shown = call("list").output
    for word in ("Ana", "lead", "disabled", "Ada", "admin", "has to change it", "2025-03-01 00:00:00+00:00"):
        assert word in shown
    assert call("readmit", "Ana", "--since", "2025-02-01", "--reason", "a mistake").exit_code == 0
    assert accounts.exclusions.excluded().is_empty()
    call("enable", "Ana")
    assert signs_in(accounts, "Ana", OTHER)
    last = call("disable", "Ada")
    assert (last.exit_code, "make somebody else admin first" in last.output) == (1, True)


def test_words_from_elsewhere_are_excluded_by_their_name(accounts):
    words = ("label-studio:ana@x.org", "--since", "2025-03-01T12:30:00", "--reason", "guesses")
    told = call("exclude", *words)
    assert (told.exit_code, "Nobody is called label-studio:ana@x.org" in told.output) == (1, True)
    assert accounts.exclusions.excluded().is_empty()
    assert call("exclude", *words, "--even-unknown").exit_code == 0
    assert accounts.exclusions.excluded()["person"].to_list() == ["label-studio:ana@x.org"]


def test_who_is_excluded_is_told_what_that_does(accounts):
    accounts.add("Nobody", "annotator", GOOD, by="test", now=NOON)
    store = commands.opened().review
    store.replace_day(DAY, asked(("a", "p"), ("b", "p"), ("c", "q")))
    at = {"annotator": "label-studio:nora", "decided_at": NOON}
    store.decide([said("a", **at), said("b", "reject", **at), said("c", annotator="anna", decided_at=NOON)])
    since = ("--since", "2025-01-01", "--reason", "guesses")
    slip = call("exclude", "nobodyx", *since)
    assert slip.exit_code == 1
    assert "Nearest: Nobody." in " ".join(slip.output.split())
    assert "Nearest: label-studio:nora." in " ".join(call("exclude", "label-studio:norah", *since).output.split())
    told = call("exclude", "LABEL-studio:nora", *since)
    assert "2 words on 2 questions. What no other word decides is asked again." in " ".join(told.output.split())
    back = call("readmit", "label-studio:nora", *since)
    assert "2 words on 2 questions. `catalog backfill`" in " ".join(back.output.split())
    assert "0 words on 0 questions" in " ".join(call("exclude", "Nobody", *since).output.split())
    assert call("exclude", "ghost", *since, "--even-unknown").exit_code == 0
    assert call("readmit", "ghost", *since).exit_code == 0  # who was excluded is known


def test_no_command_takes_a_password_as_an_argument():
    """Other users of the machine could read it."""
    for command in commands.people.commands.values():
        for parameter in command.params:
            flag = isinstance(parameter, click.Option) and parameter.is_flag
            assert flag or "password" not in parameter.name
