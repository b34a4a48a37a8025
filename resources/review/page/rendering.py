"""Pages and parts of pages out of the templates.

Belongs here: the templates' environment, and what every page is given. Does not belong here: what one page shows.
"""

import hashlib
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from resources.review.page.highlight import plain
from resources.review.page.security import csrf_field, csrf_token, wants_page
from resources.review.page.views import levels

HERE = Path(__file__).parent
STATIC = HERE / "static"


def _stamp() -> str:
    """Changes when a static file does, so that a browser never keeps an old one beside new pages."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"plain": plain, "levels": levels}
    environment.globals["stamp"] = _stamp()
    return environment


_TEMPLATES = _environment()


def part(request: Request, template: str, **context: Any) -> Markup:
    """A part of a page."""
    given = {
        "person": getattr(request.state, "person", None),
        "csrf": lambda: csrf_field(request),
        "display": request.app.state.display,
    }
    return Markup(_TEMPLATES.get_template(template).render(given | context))


def render(request: Request, template: str, context: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A whole page. Every page knows who is signed in, and has a token for its forms and one for its script."""
    whole = {"token": csrf_token(request), "path": request.url.path} | context
    return HTMLResponse(part(request, template, **whole), status)


def refusal(request: Request, status: int, sentence: str) -> Response:
    """What a person is told who may not, or cannot, do something; a script is told the same as JSON."""
    if not wants_page(request):
        return JSONResponse({"detail": sentence}, status)
    return render(request, "refused.html", {"sentence": sentence, "status": status}, status)
