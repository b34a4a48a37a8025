"""Accounts, exclusions and the log, for those who run the review.

Belongs here: the routes. Does not belong here: what accounts and exclusions are (`resources/review/accounts`,
`exclusions`), who may come here (`security`).

Names are fields of forms and never part of an address. A password that was made up is shown once, in the answer to the
form, and kept nowhere.
"""

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from resources.review.accounts import Accounts
from resources.review.page.rendering import render
from resources.review.page.security import Person, address, signed_in
from resources.review.passwords import one_time
from resources.review.protocol import ReviewStoreError
from resources.review.tasks import ROLES

router = APIRouter(include_in_schema=False)
Signed = Annotated[Person, Depends(signed_in)]
Field = Annotated[str, Form(max_length=2_000)]
LINES = 100


@router.get("/accounts")
def accounts_page(request: Request, person: Signed) -> Response:
    """All accounts."""
    return _accounts(request)


@router.post("/accounts/add")
def add(request: Request, person: Signed, name: Field = "", role: Field = "annotator") -> Response:
    """A new account, with a password to be told once."""
    password = one_time()
    return _done(request, person, lambda given: _of(request).add(name, role, password, **given), name, password)


@router.post("/accounts/role")
def change_role(request: Request, person: Signed, name: Field = "", role: Field = "") -> Response:
    """Another role."""
    return _done(request, person, lambda given: _of(request).set_role(name, role, **given))


@router.post("/accounts/password")
def new_password(request: Request, person: Signed, name: Field = "") -> Response:
    """A new password, to be told once."""
    password = one_time()
    return _done(request, person, lambda given: _of(request).set_password(name, password, **given), name, password)


@router.post("/accounts/disable")
def disable(request: Request, person: Signed, name: Field = "") -> Response:
    """Nobody signs in to this account any more."""
    return _done(request, person, lambda given: _of(request).disable(name, **given))


@router.post("/accounts/enable")
def enable(request: Request, person: Signed, name: Field = "") -> Response:
    """The account is open again."""
    return _done(request, person, lambda given: _of(request).enable(name, **given))


@router.get("/exclusions")
def exclusions_page(request: Request, person: Signed) -> Response:
    """Whose words do not count, and since when."""
    return _exclusions(request)


@router.post("/accounts/exclude")
def exclude(request: Request, person: Signed, name: Field = "", since: Field = "", reason: Field = "") -> Response:
    """From a moment on, the person's words do not count."""
    return _stated(request, person, True, name, since, reason)


@router.post("/accounts/readmit")
def readmit(request: Request, person: Signed, name: Field = "", since: Field = "", reason: Field = "") -> Response:
    """From a moment on, the person's words count again."""
    return _stated(request, person, False, name, since, reason)


@router.get("/log")
def log_page(request: Request, person: Signed, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """Who did what about accounts, the latest first."""
    entries = _of(request).log.entries(limit=LINES, before=before)
    older = entries[-1].sequence if len(entries) == LINES else None
    return render(request, "log.html", {"entries": entries, "older": older})


def _of(request: Request) -> Accounts:
    return request.app.state.accounts  # type: ignore[no-any-return]


def _given(request: Request, person: Person) -> dict[str, Any]:
    return {"by": person.name, "now": request.app.state.clock(), "address": address(request)}


def _done(
    request: Request, person: Person, change: Callable[[dict[str, Any]], object], name: str = "", password: str = ""
) -> Response:
    try:
        change(_given(request, person))
    except (ReviewStoreError, ValueError) as error:
        return _accounts(request, message=str(error), status=400)
    if password:
        return _accounts(request, told=name.strip(), password=password)
    return RedirectResponse("/accounts", 303)


def _accounts(
    request: Request, message: str | None = None, told: str = "", password: str = "", status: int = 200
) -> Response:
    context = {
        "people": sorted(_of(request).people(), key=lambda one: (one.disabled_at is not None, one.name.casefold())),
        "roles": ROLES, "message": message, "told": told, "password": password,
    }  # fmt: skip
    return render(request, "accounts.html", context, status)


def _stated(request: Request, person: Person, excluded: bool, name: str, since: str, reason: str) -> Response:
    stated = _of(request).exclusions
    try:
        moment = moment_in(since)
        (stated.exclude if excluded else stated.readmit)(name, moment, reason=reason, **_given(request, person))
    except (ReviewStoreError, ValueError) as error:
        return _exclusions(request, str(error), 400)
    return RedirectResponse("/exclusions", 303)


def moment_in(text: str) -> dt.datetime:
    """A moment in UTC as a form states it, or a day: its beginning. Raises ValueError with a sentence."""
    try:
        said = dt.datetime.fromisoformat(text.strip())
        return said.replace(tzinfo=dt.UTC) if said.tzinfo is None else said.astimezone(dt.UTC)
    except ValueError:
        raise ValueError("Say since when: a day such as 2026-01-31, or 2026-01-31T14:00 (UTC).") from None


def _exclusions(request: Request, message: str | None = None, status: int = 200) -> Response:
    accounts = _of(request)
    context = {
        "stated": sorted(accounts.exclusions.stated(), key=lambda one: -one.sequence),
        "people": sorted((one.name for one in accounts.people()), key=str.casefold),
        "message": message,
        "today": request.app.state.clock().date(),
    }
    return render(request, "exclusions.html", context, status)
