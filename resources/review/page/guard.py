"""What stands before every route of the review page: nothing of a route runs before all of it has passed.

Belongs here: middlewares (ASGI) that enforce the table ROUTES, tokens of forms, sizes and times, and that put headers
on every answer. Does not belong here: the table and the settings (`security`), what accounts are.

Each request goes: host name, route in the table, session, role, size and time of its body, origin, token of the form.
"""

import datetime as dt
import logging
import re
from typing import Any
from urllib.parse import parse_qs

import anyio
from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resources.review.accounts import Accounts
from resources.review.page.security import (
    FIELD,
    FORM,
    HEADER,
    ROUTES,
    SESSION,
    Access,
    Clock,
    PageSettings,
    Person,
    Refusal,
    cookie,
    is_secure,
    set_cookie,
    to_sign_in,
    told,
    wants_page,
)  # fmt: skip
from resources.review.protocol import ReviewStoreError
from resources.review.sessions import form_token, is_form_token, new_token

MOST_FIELDS = 1_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms, and by http nothing else that tells
    # ours from others'. Other sites are told nothing either way.
    "referrer-policy": "same-origin",
    "permissions-policy": "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
    "microphone=(), payment=(), publickey-credentials-get=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}
STRICT_TRANSPORT = "max-age=31536000"
_READS = ("GET", "HEAD")
_LOG = logging.getLogger(__name__)


class Refused(Exception):
    """The request goes no further."""

    def __init__(self, status: int, sentence: str, **headers: str) -> None:
        self.status, self.sentence, self.headers = status, sentence, headers
        super().__init__(sentence)


class Headers:
    """Puts headers on every answer, also on refusals and on faults of a route."""

    def __init__(self, app: ASGIApp, settings: PageSettings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def with_headers(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            if not begun:
                answer = told(Request(scope), 500, "Something is wrong here, and nobody knows whether it was saved.")
                await answer(scope, receive, with_headers)
            raise  # the server logs it

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in HEADERS.items():
            headers[name] = value
        if is_secure(scope, self._settings):
            headers["strict-transport-security"] = STRICT_TRANSPORT
        unchanging = scope["path"].startswith("/static/") and scope["method"] in _READS
        headers.setdefault("cache-control", "no-cache" if unchanging else "no-store")


class Guard:
    """Enforces ROUTES."""

    def __init__(
        self, app: ASGIApp, accounts: Accounts, settings: PageSettings, refusal: Refusal, clock: Clock
    ) -> None:
        self._app, self._accounts, self._settings = app, accounts, settings
        self._refusal, self._clock = refusal, clock
        self._routes = [_compiled(route, access) for route, access in ROUTES.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "There are no web sockets here."})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        state = request.state
        state.person, state.session, state.form_token, state.form_cookie = None, None, "", None
        try:
            instead, receive = await self._passed(request, receive)
        except Refused as refused:
            instead = self._refusal(request, refused.status, refused.sentence)
            instead.headers.update(refused.headers)
        except ReviewStoreError as error:
            _LOG.exception("the review store does not answer")
            instead = self._refusal(request, 503, str(error))
        if instead is not None:
            await instead(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_form_cookie(request, send))

    async def _passed(self, request: Request, receive: Receive) -> tuple[Response | None, Receive]:
        """What is answered instead of the route, if anything, and what the route is to read. Raises Refused."""
        access = self._access(request)
        token = cookie(request, SESSION, self._settings)
        if access.before:
            token = self._form_session(request)
        elif access.roles:
            instead = await self._person(request, access, token)
            if instead is not None:
                return instead, receive
        if token and (access.roles or access.before):
            request.state.form_token = form_token(token)
        if request.method in _READS:
            return None, _replayed(b"", receive)
        body = await self._body(request, receive)
        if access.token:
            self._check_origin(request)
            if not token or not is_form_token(token, _stated(request, body)):
                raise Refused(403, "This form is not of your present session: load the page again, and send it again.")
        return None, _replayed(body, receive)

    def _access(self, request: Request) -> Access:
        scope = request.scope
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        fitting = {method: access for method, pattern, access in self._routes if pattern.match(path)}
        if not fitting:
            raise Refused(404, "There is no such page.")
        method = "GET" if request.method == "HEAD" else request.method
        if method not in fitting:
            raise Refused(
                405, f"This can be had by {' or '.join(sorted(fitting))} alone.", allow=", ".join(sorted(fitting))
            )
        return fitting[method]

    async def _person(self, request: Request, access: Access, token: str | None) -> Response | None:
        """Find out who asks, and whether they may."""
        found = await run_sync(self._accounts.signed_in, token, self._clock()) if token else None
        if found is None:
            if request.method in _READS and wants_page(request):
                return to_sign_in(request)
            raise Refused(401, "You are signed out, and nothing was saved. Sign in again.")
        state = request.state
        state.person, state.session, state.must_change = Person(found.name, found.role), token, found.must_change
        if found.must_change and not access.fresh:
            if request.method in _READS and wants_page(request):
                return RedirectResponse("/password", 303)
            raise Refused(403, "Choose a password of your own first.")
        if found.role not in access.roles:
            raise Refused(403, f"This is for: {', '.join(access.roles)}.")
        return None

    def _form_session(self, request: Request) -> str:
        """The token behind a form of somebody who is not signed in; a new one with the first look at it."""
        token = cookie(request, FORM, self._settings)
        if not token and request.method in _READS:
            token = request.state.form_cookie = new_token()
        return token or ""

    def _with_form_cookie(self, request: Request, send: Send) -> Send:
        token = request.state.form_cookie
        if token is None:
            return send
        carrier = Response()
        set_cookie(request, carrier, FORM, token, self._settings, None)

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", carrier.headers["set-cookie"])
            await send(message)

        return with_cookie

    def _check_origin(self, request: Request) -> None:
        """A browser says from where it sends; who is not asked by our own pages is refused."""
        site, origins = request.headers.get("sec-fetch-site"), request.headers.getlist("origin")
        scheme = "https" if is_secure(request.scope, self._settings) else "http"
        own = f"{scheme}://{request.headers['host'].lower()}"
        if site not in (None, "same-origin") or any(origin != own for origin in origins) or not (site or origins):
            raise Refused(403, "This was not sent by a page of ours: load the page again, and send it from there.")

    async def _body(self, request: Request, receive: Receive) -> bytes:
        """All of the body. Raises Refused where it is too much or takes too long."""
        most = self._settings.body_bytes
        too_much = Refused(413, f"At most {most:,} bytes are taken.", connection="close")  # the rest is not read
        stated = request.headers.get("content-length", "0")
        if not stated.isdecimal() or len(stated) > 15 or int(stated) > most:
            raise too_much
        parts, size = [], 0
        try:
            with anyio.fail_after(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "The request ended early.")
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise too_much
                    if not message.get("more_body", False):
                        return b"".join(parts)
        except TimeoutError:
            raise Refused(408, "The request took too long to arrive.", connection="close") from None


def _compiled(route: str, access: Access) -> tuple[str, re.Pattern[str], Access]:
    method, path = route.split(" ", 1)
    return method, compile_path(path)[0], access


def _stated(request: Request, body: bytes) -> str:
    """The token that a script or a form states; empty for none and for several."""
    if HEADER in request.headers:
        return request.headers[HEADER]
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return ""
    try:
        fields: dict[str, Any] = parse_qs(body.decode("ascii", "replace"), max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    stated = fields.get(FIELD, [])
    return str(stated[0]) if len(stated) == 1 else ""


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body that was read, and then what else comes."""
    told_body = False

    async def replay() -> Message:
        nonlocal told_body
        if told_body:
            return await receive()
        told_body = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def seconds_until(wait: dt.timedelta) -> str:
    """For a Retry-After header."""
    return str(max(1, -(-wait // dt.timedelta(seconds=1))))
