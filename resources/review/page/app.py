"""The review page as one application.

Belongs here: putting its parts together, and what is said when something fails. Does not belong here: routes, settings
from files, starting a server.
"""

from collections.abc import Iterable

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exception_handlers import http_exception_handler, request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.types import Scope

from resources.review.accounts import Accounts
from resources.review.page import routes_accounts, routes_images, routes_overview, routes_tasks, signing
from resources.review.page.rendering import STATIC, refusal, render
from resources.review.page.security import Clock, PageSettings, secure, utc_now, wants_page
from resources.review.page.settings import DisplaySettings
from resources.review.protocol import ReviewStoreError
from resources.review.tasks import ReviewQueue

KEPT = "public, max-age=31536000, immutable"
"""For what is asked for with a stamp that changes when a static file does."""


def create_app(
    queue: ReviewQueue,
    accounts: Accounts,
    *,
    page: PageSettings | None = None,
    display: DisplaySettings | None = None,
    clock: Clock = utc_now,
    routers: Iterable[APIRouter] = (),
) -> FastAPI:
    """The application. routers: others' routes that are served beside the page, as the table ROUTES allows."""
    settings = page or PageSettings()
    app = FastAPI(title="Review", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.queue, app.state.accounts, app.state.clock = queue, accounts, clock
    app.state.display = display or DisplaySettings()
    for router in (routes_tasks.router, routes_images.router, routes_overview.router, routes_accounts.router, *routers):
        app.include_router(router)
    app.include_router(signing.router(accounts, settings, render, clock))
    app.mount("/static", _Static(directory=STATIC), name="static")
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(ReviewStoreError, _store_fails)
    secure(app, accounts, settings, refusal, clock)
    return app


class _Static(StaticFiles):
    """Static files. Those that are asked for with their stamp a browser may keep; of the others it asks each time
    whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """See `StaticFiles`."""
        response = await super().get_response(path, scope)
        if scope["query_string"].startswith(b"v="):
            response.headers["cache-control"] = KEPT
        return response


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnyHTTPException)
    if wants_page(request):
        return refusal(request, error.status_code, str(error.detail))
    return await http_exception_handler(request, error)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if wants_page(request):
        return refusal(request, 422, "What the form sent cannot be read: nothing was recorded. Go back and try again.")
    return await request_validation_exception_handler(request, error)


async def _store_fails(request: Request, error: Exception) -> Response:
    sentence = f"Nothing was recorded: {error}"
    if wants_page(request):
        return refusal(request, 503, sentence)
    return await http_exception_handler(request, HTTPException(503, sentence))
