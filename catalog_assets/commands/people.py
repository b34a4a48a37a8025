"""`catalog people`: who may review, and whose words count.

Belongs here: arguments, prompts and tables of these commands. Does not belong here: what an account is
(`resources/review/accounts.py`), and what follows from an exclusion (`catalog_assets/consensus/standing.py`).
"""

import datetime as dt
import difflib
import getpass
import sys
from typing import Any

import click

from catalog_assets.commands.shared import CARRIED_OUT, REASON, Group, console, now, opened, table

ROLES = "annotator: answers; lead: also settles, excludes, reads the log; admin: also changes accounts."
LONGEST_LINE = 1_000
"""Characters that are read from standard input for a password."""
NEAREST = 3
"""Names that may have been meant."""


def _here() -> str:
    """Who says so, where nobody is named: the system's user."""
    return f"command line: {getpass.getuser()}"


BY = click.option("--by", default=_here, help="Who says so (default: the system's user).")
NAME = click.argument("name")
ONE_TIME = click.option("--one-time", is_flag=True, help="Make one up, print it, and let the person change it.")
STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of standard input.")
EVEN_UNKNOWN = click.option(
    "--even-unknown", is_flag=True, help="Also where nobody has this name yet: words may come under it from elsewhere."
)
SINCE = click.option(
    "--since", required=True, type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="From this moment on (UTC)."
)


@click.group(cls=Group)
def people() -> None:
    """Who may review: accounts, their roles and passwords; whose words count."""


@people.command("add")
@NAME
@click.option("--role", default="annotator", show_default=True, help=ROLES)
@ONE_TIME
@STDIN
@BY
def people_add(name: str, role: str, one_time: bool, password_stdin: bool, by: str) -> None:
    """Add an account. The first admin comes from here: there is no account, and no password, to begin with."""
    from resources.review.accounts import AccountError, name_fault, role_fault

    fault = name_fault(name) or role_fault(role)
    if fault:  # before anybody types a password
        raise AccountError(fault)
    password = _password(one_time, password_stdin)
    _accounts().add(name, role, password, by=by, now=now(), must_change=one_time)
    console.print(f"{name} is {role}.", markup=False, highlight=False)
    _tell(password, one_time)


@people.command("list")
def people_list() -> None:
    """Who has an account, and whose words do not count."""
    accounts = _accounts()
    rows = [
        [each.name, each.role, _day(each.created_at), "disabled" if each.disabled_at else "",
         "has to change it" if each.must_change else ""]
        for each in accounts.people()
    ]  # fmt: skip
    table("Accounts", ["name", "role", "since", "state", "password"], rows)
    excluded = accounts.exclusions.excluded().rows()
    if excluded:
        told = [[person, str(since), "" if until is None else str(until)] for person, since, until in excluded]
        table("Words that do not count", ["person", "said from", "until"], told)


@people.command("role")
@NAME
@click.argument("role")
@BY
def people_role(name: str, role: str, by: str) -> None:
    """Give somebody another ROLE (annotator, lead or admin); they have to sign in again."""
    _accounts().set_role(name, role, by=by, now=now())
    console.print(f"{name} is {role}.", markup=False, highlight=False)


@people.command("password")
@NAME
@ONE_TIME
@STDIN
@BY
def people_password(name: str, one_time: bool, password_stdin: bool, by: str) -> None:
    """Give somebody another password; their sessions end, and pauses after wrong tries are forgotten."""
    accounts = _accounts()
    accounts.account(name)
    password = _password(one_time, password_stdin)
    accounts.set_password(name, password, by=by, now=now(), must_change=one_time)
    console.print(f"{name} has another password.", markup=False, highlight=False)
    _tell(password, one_time)


@people.command("disable")
@NAME
@BY
def people_disable(name: str, by: str) -> None:
    """Nobody signs in by this name any more; who is signed in by it is signed out. Words stay."""
    _accounts().disable(name, by=by, now=now())
    console.print(f"{name} is disabled. Their words count as before: `catalog people exclude` changes that.",
                  markup=False, highlight=False)  # fmt: skip


@people.command("enable")
@NAME
@BY
def people_enable(name: str, by: str) -> None:
    """Somebody may sign in again."""
    _accounts().enable(name, by=by, now=now())
    console.print(f"{name} may sign in.", markup=False, highlight=False)


@people.command("exclude")
@NAME
@SINCE
@REASON
@EVEN_UNKNOWN
@BY
def people_exclude(name: str, since: dt.datetime, reason: str, even_unknown: bool, by: str) -> None:
    """Words that somebody said from a moment on do not count: what they decided is asked anew."""
    store, moment = opened().review, since.replace(tzinfo=dt.UTC)
    words = _words_since(store, name, moment, even_unknown)
    stated = _accounts().exclusions.exclude(name, moment, by=by, reason=reason, now=now())
    _say(
        f"Words of {stated.person} do not count from {stated.since} on: {words}. What no other word decides is asked "
        f"again. {CARRIED_OUT} What brands, mappers and readers have learned from them stays until it is learned again."
    )


@people.command("readmit")
@NAME
@SINCE
@REASON
@EVEN_UNKNOWN
@BY
def people_readmit(name: str, since: dt.datetime, reason: str, even_unknown: bool, by: str) -> None:
    """Words that somebody said from a moment on count again; one before the exclusion takes it back whole."""
    store, moment = opened().review, since.replace(tzinfo=dt.UTC)
    words = _words_since(store, name, moment, even_unknown)
    stated = _accounts().exclusions.readmit(name, moment, by=by, reason=reason, now=now())
    _say(f"Words of {stated.person} count from {stated.since} on: {words}. {CARRIED_OUT}")


def unknown_name(store: Any, name: str) -> str | None:
    """A sentence where nobody has this name, neither by an account nor by a word, with the nearest that there are."""
    import polars as pl

    from catalog_assets.consensus.standing import name_of
    from resources.review.accounts import Accounts
    from resources.review.exclusions import Exclusions
    from resources.review.words import named

    accounts = [account.name for account in Accounts(store.database).people()]
    annotators = store.history().select(name_of(pl.col("annotator")).alias("key"), "annotator").unique("key")
    known = dict(annotators.sort("key", "annotator").iter_rows())
    known |= {named(stated.person): stated.person for stated in Exclusions(store.database).stated()}
    known |= {named(account): account for account in accounts}
    if named(name) in known:
        return None
    near = difflib.get_close_matches(named(name), sorted(known), n=NEAREST)
    meant = f" Nearest: {', '.join(known[one] for one in near)}." if near else ""
    return f"Nobody is called {name}: there is no account of this name, and no word was said under it.{meant}"


def _words_since(store: Any, name: str, since: dt.datetime, even_unknown: bool) -> str:
    """How many words somebody has said from a moment on, and on how many questions. Raises ClickException for a name
    that nobody has, unless it may be unknown: words may still come under it from elsewhere."""
    import polars as pl

    from catalog_assets.consensus.standing import name_of

    stranger = unknown_name(store, name)
    if stranger and not even_unknown:
        raise click.ClickException(f"{stranger} --even-unknown states it all the same.")
    mine = name_of(pl.col("annotator")) == name_of(pl.lit(name))
    said = store.history().filter(mine, pl.col("decided_at") >= since, pl.col("verdict") != "undo")
    return f"{_number(said.height, 'word')} on {_number(said['question_id'].n_unique(), 'question')}"


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False)


def _accounts() -> Any:
    from resources.review.accounts import Accounts

    return Accounts(opened().review.database)


def _password(one_time: bool, stdin: bool) -> str:
    """A password: made up, from standard input, or typed twice. Never an argument, which other users could read."""
    from resources.review.passwords import one_time as made_up

    if one_time and stdin:
        raise click.UsageError("--one-time makes a password up, so none is read: take one of the two options.")
    if one_time:
        return made_up()
    if stdin:
        return sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt="Again"))


def _tell(password: str, one_time: bool) -> None:
    if one_time:
        console.print(f"Password, told only now: {password}", markup=False, highlight=False)


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()
