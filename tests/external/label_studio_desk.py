"""Both sides of a test: our store, and the people who annotate in projects of this test alone.

Belongs here: what tests do on either side. Does not belong here: the server (`label_studio_server`), tests.
"""

import datetime as dt
import itertools
import json

from external_cases import DAY, memory, store_with
from label_studio_sdk import LabelStudio

from catalog_assets.vocabulary.categories import CATEGORIES
from resources.review.external import label_studio as way
from resources.review.external.settings import LabelStudioSettings

BEN = "ben@example.com"
PATHS = json.dumps(sorted(CATEGORIES))
NUMBERS = itertools.count(1)


class Desk:
    """Our side and theirs: a store, projects of this test alone, and people who annotate."""

    def __init__(self, folder, server, token):
        self.store = store_with(folder, "a", "b")
        self.deliveries = memory(self.store)
        self.settings = LabelStudioSettings(server.address, title=f"Test {next(NUMBERS)}")
        self.client = way.connect(self.settings)
        self.people = {
            "lead": self.client,
            "ben": LabelStudio(base_url=server.address, api_key=token, timeout=60),
        }

    def ask(self, *frames):
        for day, frame in enumerate(frames, start=1):
            self.store.replace_day(DAY + dt.timedelta(days=day), frame)

    def push(self, **how):
        done = way.push(self.store, self.client, self.settings, **how)
        return done.new, done.there, done.taken_out

    def pull(self):
        return way.pull(self.store, self.deliveries, self.client, self.settings, dt.datetime.now(dt.UTC))

    def pulled(self):
        return {status: count for status, count in self.pull().taken.items() if count}

    def projects(self):
        return way._projects(self.client, self.settings)

    def tasks(self):
        """Every task by its question; a question that is there twice has its last."""
        found = {}
        for project in self.projects().values():
            for task in self.client.tasks.list(project=project, fields="all"):
                found.setdefault(task.data.get("question_id"), []).append(task)
        return found

    def task(self, question_id):
        return self.tasks()[question_id][0]

    def annotate(self, question_id, decision, value=None, kind="choices", who="lead", **how):
        task = self.task(question_id)
        return self.people[who].annotations.create(id=task.id, result=result(decision, value, kind), **how)


def result(decision, value=None, kind="choices"):
    parts = [{"from_name": "decision", "to_name": "proposal", "type": "choices", "value": {"choices": [decision]}}]
    if value is not None:
        key = "text" if kind == "textarea" else kind
        parts.append({"from_name": "value", "to_name": "proposal", "type": kind, "value": {key: [value]}})
    return parts
