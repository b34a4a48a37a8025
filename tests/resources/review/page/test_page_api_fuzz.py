"""What the schema of the API allows, and what it does not, sent at random: nothing fails, nothing passes unseen."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_people import token_of, world
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

load_all_checks()
CHECKED = CHECKS.get_by_names(
    ["not_a_server_error", "response_schema_conformance", "content_type_conformance", "negative_data_rejection",
     "unsupported_method", "allow_header_conformance", "response_headers_conformance"]
)  # fmt: skip
QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
FEW = settings(QUICK, max_examples=25)
CONFORMING, OTHER = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
OPERATIONS = [("GET", "/api/tasks/next"), ("POST", "/api/tasks/{task_id}"), ("POST", "/api/undo")]
ANSWER = OPERATIONS[1]
EACH = pytest.mark.parametrize(
    ("operation", "mode"),
    [(operation, mode) for operation in OPERATIONS for mode in (CONFORMING, OTHER)][:-1],  # /api/undo takes nothing
    ids=str,
)  # fmt: skip


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    return world(tmp_path_factory.mktemp("page"), *(f"q{n}" for n in range(1_000)))


@pytest.fixture(scope="module")
def api(page):
    return schemathesis.openapi.from_dict(page.app.openapi())


@pytest.fixture(scope="module")
def ana(page):
    client = page.entered("Ana")
    client.headers |= {"x-csrf-token": token_of(client), "accept": "application/json"}
    return client


def cases(api, operation, mode):
    method, path = operation
    return api[path][method].as_strategy(generation_mode=mode)


def sent(client, case):
    """The case as this browser sends it; headers that are the browser's own are not the case's to choose."""
    asked = case.as_transport_kwargs(base_url=str(client.base_url))
    own = {name: client.headers[name] for name in ("origin", "accept", "x-csrf-token") if name in client.headers}
    return client.request(**{**asked, "headers": {**dict(asked.get("headers") or {}), **own}, "cookies": None})


def said(page):
    return page.store.history().height


def test_all_operations_are_tried(api):
    assert sorted((each.ok().method.upper(), each.ok().path) for each in api.get_all_operations()) == sorted(OPERATIONS)


@EACH
def test_what_is_sent_at_random_is_answered_as_the_schema_says(api, ana, operation, mode):
    @QUICK
    @given(case=cases(api, operation, mode))
    def each(case):
        case.validate_response(sent(ana, case), checks=CHECKED)

    each()


def test_answers_at_random_to_ones_own_task_are_taken_or_refused(page, api, ana):
    """The task is Ana's, and most questions are of it: so what is beyond the first checks is reached too."""
    seen = []

    @QUICK
    @given(case=cases(api, ANSWER, CONFORMING), choose=st.data())
    def each(case, choose):
        task = page.queue.next("Ana", "annotator", page.clock())
        asked = [item.question_id for item in task.items]
        answers = [{**answer} for answer in case.body["answers"]]
        for answer in answers:
            answer["question_id"] = choose.draw(st.sampled_from([*asked, answer["question_id"]]))
        case.path_parameters, case.body = {"task_id": task.task_id}, {**case.body, "answers": answers}
        before = said(page)
        answer = sent(ana, case)
        case.validate_response(answer, checks=CHECKED)
        assert answer.status_code in (200, 422)
        recorded = answer.json()["recorded"] if answer.status_code == 200 else 0
        assert said(page) == before + recorded
        seen.append(recorded)
        assert set(page.store.history()["annotator"]) <= {"Ana"}

    each()
    assert 0 in seen  # refused as a whole
    assert any(seen)  # and some were taken


@EACH
def test_nothing_at_random_gets_past_the_guards(page, api, operation, mode):
    nobody, forger = page.client(), page.entered("Leo")
    before = said(page)

    @FEW
    @given(case=cases(api, operation, mode))
    def each(case):
        assert sent(nobody, case).status_code in (401, 404, 405)
        if operation[0] == "POST":
            assert sent(forger, case).status_code in (403, 404, 405)

    each()
    assert said(page) == before
