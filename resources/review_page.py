"""The review page, as the configuration wants it.

Belongs here: putting store, queue, accounts and platforms together for it, and serving it. Does not belong here: any of
these (`resources/review`).
"""

import datetime as dt
import socket
from typing import TYPE_CHECKING

from catalog_assets.configuration import Catalog
from resources import review_place
from resources.review.database import Database
from resources.review.protocol import ReviewStoreError
from resources.review.queue import Queue
from resources.review.store import SqlReviewStore

if TYPE_CHECKING:
    from fastapi import FastAPI

    from resources.review.external.settings import LabelStudioSettings, TaskPlatform

LOCAL = ("127.0.0.1", "localhost", "[::1]")


def opened_store(catalog: Catalog) -> SqlReviewStore:
    """The store with connections that are kept: for a service, not for runs of the pipeline."""
    return SqlReviewStore(Database(review_place(catalog), pooled=True))


def application(catalog: Catalog, store: SqlReviewStore | None = None) -> "FastAPI":
    """The page with the hooks of the platforms that are configured. Loads late: few commands need it."""
    from resources.review.accounts import Accounts
    from resources.review.external.deliveries import Deliveries
    from resources.review.external.label_studio import Accounts as LabelStudioPeople
    from resources.review.external.webhook import Hooks, router
    from resources.review.page.app import create_app
    from resources.review.page.routes_metrics import metrics_router
    from resources.review.page.security import PageSettings
    from resources.review.page.settings import DisplaySettings
    from resources.review.sessions import SessionSettings

    store = store or opened_store(catalog)
    review, page = catalog.review, catalog.review.page
    studio = label_studio(catalog)
    hooks = Hooks(platforms(catalog), studio, LabelStudioPeople.at(studio) if studio else None)
    return create_app(
        Queue(store, review.queue(catalog.audit.people)),
        Accounts(store.database, SessionSettings(idle=dt.timedelta(hours=page.session_hours))),
        page=PageSettings(hosts=(*LOCAL, *page.names), https=page.https, proxies=tuple(page.proxies)),
        display=DisplaySettings(image_hosts=tuple(page.image_hosts)),
        routers=(router(store, Deliveries(store.database), hooks), metrics_router(store)),
    )


def serve(catalog: Catalog, host: str | None = None, port: int | None = None) -> None:
    """Serve the page until the process is told to end."""
    import uvicorn

    from resources.review.page.serving import options

    page = catalog.review.page
    place = (host or page.host, port or page.port)
    try:
        listener = socket.create_server(place, family=socket.AF_INET6 if ":" in place[0] else socket.AF_INET)
    except OSError as error:
        raise ReviewStoreError(
            f"The review page cannot listen on {place[0]}, port {place[1]} ({error.strerror}): another program may "
            "have it. Choose another port with review.page.port, or --port."
        ) from None
    server = uvicorn.Server(uvicorn.Config(application(catalog), **options(log_level="warning")))
    server.run(sockets=[listener])


def label_studio(catalog: Catalog) -> "LabelStudioSettings | None":
    """Label Studio as it is configured."""
    from resources.review.external.settings import LabelStudioSettings

    chosen = catalog.review.label_studio
    return None if chosen is None else LabelStudioSettings(chosen.address, chosen.title)


def platforms(catalog: Catalog) -> "tuple[TaskPlatform, ...]":
    """The task platforms that are configured."""
    from resources.review.external.settings import TaskPlatform

    return tuple(TaskPlatform(p.name, p.secret, p.address, p.token) for p in catalog.review.platforms)
