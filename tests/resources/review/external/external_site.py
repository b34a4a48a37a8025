"""Our side behind a real server: a store, a clock, and the routes that take what platforms send.

Belongs here: what the tests of both kinds of webhook share. Does not belong here: tests.
"""

import json
from contextlib import contextmanager

import httpx2
from external_cases import NEW_SECRET, SECRET, Bench, delivery, memory, served, store_with
from fastapi import FastAPI

from resources.review.external.settings import SECRET_HEADER, LabelStudioSettings, TaskPlatform
from resources.review.external.signing import sign
from resources.review.external.webhook import Hooks, router

CROWD = TaskPlatform("crowd", "CROWD_SECRET")
OTHER = TaskPlatform("other", "OTHER_SECRET")
STUDIO = LabelStudioSettings("http://127.0.0.1:8080")
STUDIO_SECRET = "secret-of-label-studio"
PEOPLE = {1: "Anna@Example.com", 2: "ben@example.com"}


class Site:
    """Our side: a store, a clock, and the routes behind a real server."""

    def __init__(self, folder):
        self.store = store_with(folder, "a", "b")
        self.deliveries = memory(self.store)
        self.clock = Bench()
        self.hooks = Hooks((CROWD, OTHER), STUDIO, PEOPLE.get, self.clock)
        self.url = ""

    def app(self):
        app = FastAPI()
        app.include_router(router(self.store, self.deliveries, self.hooks))
        return app

    def post(self, body, headers, path="crowd"):
        answer = httpx2.post(f"{self.url}/hooks/{path}", content=body, headers=headers, trust_env=False)
        return answer.status_code, answer.json()

    def send(self, *words, secret=SECRET, delivery_id="msg_1", path="crowd", **fields):
        body = delivery(*words, **fields)
        return self.post(body, sign(secret, delivery_id, self.clock.now, body), path)

    def studio(self, content, secret=STUDIO_SECRET):
        return self.post(json.dumps(content).encode(), {SECRET_HEADER: secret}, "label-studio")


@contextmanager
def standing(folder, monkeypatch):
    """The site, with secrets in the environment."""
    monkeypatch.setenv("CROWD_SECRET", f"{NEW_SECRET} {SECRET}")
    monkeypatch.setenv("OTHER_SECRET", NEW_SECRET)
    monkeypatch.setenv("LABEL_STUDIO_WEBHOOK_SECRET", STUDIO_SECRET)
    site = Site(folder)
    with served(site.app()) as site.url:
        yield site
