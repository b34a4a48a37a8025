"""Signing in and out, and changing one's password.

Belongs here: these routes. Does not belong here: what they check (`resources/review/accounts`), what guards them
(`guard`), how they look (templates).
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from resources.review.accounts import AccountError, Accounts, Admitted
from resources.review.page.guard import seconds_until
from resources.review.page.security import (
    DEVICE,
    FORM,
    SESSION,
    Clock,
    PageSettings,
    address,
    cookie,
    drop_cookie,
    own_path,
    set_cookie,
    utc_now,
)  # fmt: skip
from resources.review.passwords import Busy
from resources.review.sessions import DEVICE_KEPT
from resources.review.tries import TooManyTries

Render = Callable[[Request, str, dict[str, Any], int], Response]
"""Makes a page of a template, what it shows, and a status."""
Field = Annotated[str, Form()]


def router(accounts: Accounts, settings: PageSettings, render: Render, clock: Clock = utc_now) -> APIRouter:
    """GET and POST /sign-in and /password, POST /sign-out. Templates: sign_in.html (message, name, next),
    password.html (message, must_change)."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/sign-in")
    def sign_in_form(request: Request, next: str = "/") -> Response:
        return _sign_in_page(request, render, "", next)

    @routes.post("/sign-in")
    def sign_in(request: Request, name: Field = "", password: Field = "", next: Field = "/") -> Response:
        given = {"device": cookie(request, DEVICE, settings), "ending": cookie(request, SESSION, settings)}
        try:
            admitted = accounts.sign_in(name, password, address=address(request), now=clock(), **given)
        except (AccountError, TooManyTries, Busy) as error:
            return _told(error, _sign_in_page(request, render, name, next, str(error), _status(error)))
        leads_to = "/password" if admitted.signed_in.must_change else own_path(next)
        response = RedirectResponse(leads_to, 303)
        drop_cookie(request, response, FORM, settings)
        return _with_cookies(request, response, admitted, accounts, settings)

    @routes.post("/sign-out")
    def sign_out(request: Request) -> Response:
        accounts.sign_out(request.state.session, now=clock(), address=address(request))
        response = RedirectResponse("/sign-in", 303)
        drop_cookie(request, response, SESSION, settings)
        return response

    @routes.get("/password")
    def password_form(request: Request) -> Response:
        return _password_page(request, render)

    @routes.post("/password")
    def change_password(request: Request, old: Field = "", new: Field = "", again: Field = "") -> Response:
        if new != again:
            return _password_page(request, render, "The new password was typed in two ways: type it again.", 400)
        try:
            admitted = accounts.change_password(
                request.state.session, old, new, now=clock(), address=address(request)
            )  # fmt: skip
        except (AccountError, TooManyTries, Busy) as error:
            return _told(error, _password_page(request, render, str(error), _status(error, 400)))
        return _with_cookies(request, RedirectResponse("/", 303), admitted, accounts, settings)

    return routes


def _sign_in_page(
    request: Request, render: Render, name: str, leads_to: str, message: str | None = None, status: int = 200
) -> Response:
    return render(request, "sign_in.html", {"message": message, "name": name, "next": own_path(leads_to)}, status)


def _password_page(request: Request, render: Render, message: str | None = None, status: int = 200) -> Response:
    return render(request, "password.html", {"message": message, "must_change": request.state.must_change}, status)


def _with_cookies(
    request: Request, response: Response, admitted: Admitted, accounts: Accounts, settings: PageSettings
) -> Response:
    set_cookie(request, response, SESSION, admitted.token, settings, accounts.settings.absolute)
    set_cookie(request, response, DEVICE, admitted.device, settings, DEVICE_KEPT)
    return response


def _status(error: Exception, otherwise: int = 401) -> int:
    return 429 if isinstance(error, TooManyTries) else 503 if isinstance(error, Busy) else otherwise


def _told(error: Exception, response: Response) -> Response:
    if isinstance(error, TooManyTries):
        response.headers["retry-after"] = seconds_until(error.wait)
    return response
