"""Who may do what on the review page, and what its routes know about who asks.

Belongs here: the table of routes, the settings, the dependencies of routes, cookies, and putting the parts together.
Does not belong here: enforcing the table (`guard`), accounts (`resources/review/accounts`), what pages show.

A route that is not in ROUTES answers nobody.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from markupsafe import Markup, escape
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from resources.review.accounts import Accounts
from resources.review.tasks import ROLES, Role

FIELD, HEADER = "csrf", "x-csrf-token"
"""Where a form, and a script, state the token of their session."""
SESSION, DEVICE, FORM = "review-session", "review-device", "review-form"
"""Cookies: who is signed in; browsers that are known; the form of somebody who is not signed in."""


@dataclass(frozen=True)
class Access:
    """Who may use a route. roles: empty for everybody, signed in or not; token: what changes something states the token
    of its session; before: a form for who is not signed in, with a token of its own; fresh: also for people who have
    yet to choose a password of their own."""

    roles: tuple[Role, ...] = ("annotator", "lead", "admin")
    token: bool = True
    before: bool = False
    fresh: bool = False


ALL, LEADS, ADMINS = Access(), Access(("lead", "admin")), Access(("admin",))
ROUTES: dict[str, Access] = {
    "GET /": ALL,
    "GET /help": ALL,
    "GET /overview": ALL,
    "GET /image/{task_id}/{question_id}": ALL,
    "POST /tasks/{task_id}": ALL,
    "POST /undo": ALL,
    "GET /api/tasks/next": ALL,
    "POST /api/tasks/{task_id}": ALL,
    "POST /api/undo": ALL,
    "GET /exclusions": LEADS,
    "POST /accounts/exclude": LEADS,
    "POST /accounts/readmit": LEADS,
    "GET /log": LEADS,
    "GET /accounts": ADMINS,
    "POST /accounts/add": ADMINS,
    "POST /accounts/role": ADMINS,
    "POST /accounts/password": ADMINS,
    "POST /accounts/disable": ADMINS,
    "POST /accounts/enable": ADMINS,
    "GET /password": Access(fresh=True),
    "POST /password": Access(fresh=True),
    "POST /sign-out": Access(fresh=True),
    "GET /sign-in": Access((), before=True),
    "POST /sign-in": Access((), before=True),
    "GET /static/{path:path}": Access(()),
    "GET /metrics": Access(()),
    "GET /healthz": Access(()),
    "POST /hooks/label-studio": Access((), token=False),  # these carry a secret or a signature of their own
    "POST /hooks/{platform}": Access((), token=False),
}
"""Method and path -> who may. Where a path fits two of one method, both say the same."""

Refusal = Callable[[Request, int, str], Response]
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class PageSettings:
    """hosts: names under which the page is reached (`*.example.com` for all below); https: it is reached by https
    though this process does not see it, because a proxy ends it; proxies: addresses whose X-Forwarded-For and -Proto
    are believed; body_bytes, body_seconds: the most that a request brings, and may take to bring it."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    https: bool = False
    proxies: tuple[str, ...] = ()
    body_bytes: int = 1_000_000
    body_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not self.hosts or "*" in self.hosts:
            raise ValueError("hosts names the hosts under which the page is reached: not none, and not all")


@dataclass(frozen=True)
class Person:
    """Who asks: `request.state.person`. The state of their request also has `session`, its token, and `must_change`."""

    name: str
    role: Role


def utc_now() -> dt.datetime:
    """This moment."""
    return dt.datetime.now(dt.UTC)


def secure(
    app: FastAPI, accounts: Accounts, settings: PageSettings, refusal: Refusal | None = None, clock: Clock = utc_now
) -> None:
    """Put the guards around an application: call it when all routes are there. refusal: makes the answer that tells a
    person (status, sentence) why not."""
    from resources.review.page.guard import Guard, Headers

    app.add_middleware(Guard, accounts=accounts, settings=settings, refusal=refusal or told, clock=clock)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts, www_redirect=False)
    app.add_middleware(Headers, settings=settings)
    if settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.proxies))


def signed_in(request: Request) -> Person:
    """The person who asks. Raises 401 where nobody is signed in."""
    person = getattr(request.state, "person", None)
    if person is None:
        raise HTTPException(401, "You are signed out. Sign in again.")
    return Person(person.name, person.role)


def require(*roles: Role) -> Callable[[Request], Person]:
    """A dependency for parts of a route: the person who asks, with one of these roles. Raises 401, 403."""
    strange = [role for role in roles if role not in ROLES]
    if strange or not roles:
        raise ValueError(f"roles are of {', '.join(ROLES)}, not {strange}")

    def required(request: Request) -> Person:
        person = signed_in(request)
        if person.role not in roles:
            raise HTTPException(403, "This is not for your role.")
        return person

    return required


def csrf_token(request: Request) -> str:
    """What forms and scripts of this page state; empty on a page that has no form."""
    return str(getattr(request.state, "form_token", ""))


def csrf_field(request: Request) -> Markup:
    """The token as a field of a form."""
    return Markup(f'<input type="hidden" name="{FIELD}" value="{escape(csrf_token(request))}">')


def address(request: Request) -> str:
    """Where the request comes from, as far as we know and believe."""
    return request.client.host if request.client else "unknown"


def is_secure(scope: Scope, settings: PageSettings) -> bool:
    """Whether the browser reaches us by https."""
    return settings.https or scope["scheme"] == "https"


def cookie_name(kind: str, secured: bool) -> str:
    """By https a name that browsers take from this host alone, by https alone, for all paths (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{kind}" if secured else kind


def cookie(request: Request, kind: str, settings: PageSettings) -> str | None:
    """The cookie that the browser sent."""
    return request.cookies.get(cookie_name(kind, is_secure(request.scope, settings)))


def set_cookie(
    request: Request, response: Response, kind: str, token: str, settings: PageSettings, kept: dt.timedelta | None
) -> None:
    """Give the browser a cookie that no script reads; kept: None until the browser closes."""
    secured = is_secure(request.scope, settings)
    response.set_cookie(
        cookie_name(kind, secured), token, max_age=None if kept is None else int(kept.total_seconds()), path="/",
        secure=secured, httponly=True, samesite="lax",
    )  # fmt: skip


def drop_cookie(request: Request, response: Response, kind: str, settings: PageSettings) -> None:
    """Take a cookie back."""
    set_cookie(request, response, kind, "", settings, dt.timedelta(0))


def own_path(stated: str) -> str:
    """A path of this page as `next` states it; the first page for anything that could lead elsewhere."""
    if not stated.startswith("/") or stated.startswith("//") or "\\" in stated or not stated.isprintable():
        return "/"
    parts = urlsplit(stated)  # without a scheme and a host, for there is one slash at its beginning
    return quote(parts.path, safe="/%") + (f"?{quote(parts.query, safe='=&%')}" if parts.query else "")


def told(request: Request, status: int, sentence: str) -> Response:
    """A bare refusal: text for people, JSON for scripts."""
    if wants_page(request):
        return PlainTextResponse(sentence, status)
    return JSONResponse({"detail": sentence}, status)


def wants_page(request: Request) -> bool:
    """Whether a person looks at the answer, and no script."""
    return "text/html" in request.headers.get("accept", "")


def to_sign_in(request: Request) -> Response:
    """To the form, and from there back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" if asked == "/" else f"/sign-in?next={quote(asked, safe='/')}", 303)
