"""A client that is killed, and a key that must not show."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from model_cases import PLENTY, QUICK, by_id, model, request, requests, script
from model_server import KEY, ModelServer, running

from resources.language_model.client import KEY as VARIABLE
from resources.language_model.client import AnthropicModel
from resources.language_model.protocol import LanguageModelError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CLIENT = """
import json, os, sys
from model_cases import PLENTY, requests
from dataclasses import replace
from resources.language_model.client import AnthropicModel

address, journal = sys.argv[1:]
had = {json.loads(line)["id"] for line in open(journal)} if os.path.exists(journal) else set()
left = [each for each in requests(120) if each.custom_id not in had]
with open(journal, "a") as file:
    for reply in AnthropicModel(address).ask(left, replace(PLENTY, concurrency=6)):
        file.write(json.dumps({"id": reply.custom_id, "status": reply.status}) + "\\n")
        file.flush()
        os.fsync(file.fileno())
"""


def started(server, journal):
    paths = os.pathsep.join(map(str, (ROOT, HERE)))
    environment = {**os.environ, "PYTHONPATH": paths, VARIABLE: KEY}
    return subprocess.Popen([sys.executable, "-c", CLIENT, server.url, str(journal)], env=environment)


def lines(journal):
    """Whole lines only: a kill may leave half of one."""
    return [json.loads(line) for line in journal.read_text().splitlines()] if journal.exists() else []


@pytest.mark.slow
def test_a_client_killed_in_the_middle_asks_again_only_what_it_had_not(tmp_path):
    journal = tmp_path / "replies.jsonl"
    with running(ModelServer(latency=lambda: 0.02)) as server:
        for enough in (20, 60):
            process = started(server, journal)
            deadline = time.monotonic() + 60
            while len(lines(journal)) < enough and time.monotonic() < deadline:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert enough <= len(lines(journal)) < 120
        kept = {line["id"] for line in lines(journal)}
        before = dict(server.asked)
        assert started(server, journal).wait(timeout=60) == 0
        told = [line["id"] for line in lines(journal)]
        assert sorted(told) == sorted(f"q{place}" for place in range(120))
        assert all(server.asked[name] == before[name] for name in kept), "asked again what was received"
        # What a kill can cost is what was in hand: two kills, six at a time.
        assert sum(server.asked.values()) - 120 <= 2 * 6


@pytest.mark.parametrize("fault", ["401", "400", "429_silent", "500", "cut", "hang", "not_json"])
def test_neither_key_nor_question_shows_in_logs_or_replies(fault, caplog, monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)
    secret = "Nordwind rucksack 40 litres"
    with caplog.at_level(logging.DEBUG), running(ModelServer(script=script(**{secret: [fault] * 9}))) as server:
        client = model(server, rules=replace(QUICK, timeout=0.5 if fault == "hang" else 10.0))
        told = by_id(client.ask([request("it", user=secret)], PLENTY))
        assert KEY not in repr(client)
        assert KEY not in repr(told)
        assert KEY not in caplog.text
        assert secret not in repr(told)
        assert not [r for r in caplog.records if r.levelno >= logging.INFO and secret in r.getMessage()]


def test_a_server_that_repeats_the_key_does_not_make_us_tell_it(monkeypatch):
    monkeypatch.setenv(VARIABLE, "sk-ant-wrong-key")

    class Telling(ModelServer):
        def _error(self, status, words):
            return super()._error(status, f"{words}: sk-ant-wrong-key is unknown")

    with running(Telling()) as server:
        (reply,) = model(server).ask(requests(1), PLENTY)
        assert reply.told == "401 authentication_error: invalid x-api-key: [key] is unknown"
        with pytest.raises(LanguageModelError) as caught:
            model(server).submit(requests(1))
        assert "sk-ant-wrong-key" not in "".join(traceback.format_exception(caught.value))


def test_the_sdk_does_not_try_again_behind_our_back(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)
    with running(ModelServer(script=script(q0=["500", "500"]))) as server:
        client = model(server)
        assert client._connect(1).max_retries == 0
        assert client._batches.client.max_retries == 0
        (reply,) = client.ask(requests(1), PLENTY)
        assert (reply.attempts, server.asked["q0"]) == (3, 3)


def test_the_address_is_the_providers_unless_said_otherwise():
    assert AnthropicModel().address == "https://api.anthropic.com"
