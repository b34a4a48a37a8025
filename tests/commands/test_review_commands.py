"""`catalog review`: what waits, known answers, how far people are believed, and a spreadsheet's way back."""

import csv
import datetime as dt
import json
from dataclasses import replace

import pytest
import yaml
from click.testing import CliRunner
from review_cases import DAY, asked, said

from catalog_assets.cli import main
from catalog_assets.configuration import load
from catalog_assets.consensus.release import follow_trust, trust_for
from resources import open_world
from resources.review_page import application

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def home(tmp_path):
    file = tmp_path / "catalog.yaml"
    columns = {"product_id": "a", "name": "b", "price": "c"}
    review = {"depth_alert": 2, "label_studio": None}
    sources = {"acme": {"currency": "EUR", "columns": columns}}
    file.write_text(yaml.safe_dump({"home": str(tmp_path / "home"), "sources": sources, "review": review}))
    world = open_world(load(file))
    world.review.replace_day(DAY, asked(*((name, f"p-{name}") for name in "abcd")))
    return world, file


def catalog(file, *arguments, **other):
    told = CliRunner().invoke(main, ["--config", str(file), "review", *arguments], **other)
    return replace_output(told)


def replace_output(told):
    return told.exit_code, " ".join(told.output.split())


def test_status_tells_what_waits_and_what_is_an_alert(home):
    world, file = home
    code, told = catalog(file, "status")
    assert code == 0
    assert "4 questions, 4 products wait for them" in told
    assert "ALERT 4 questions wait for a person (alert from 2 on)" in told
    world.review.decide([said("a", decided_at=NOW), said("b", decided_at=NOW), said("c", decided_at=NOW)])
    assert "1 questions wait for" not in catalog(file, "status")[1]


def test_an_answer_is_fixed_as_known_and_retired(home):
    world, file = home
    code, told = catalog(file, "gold", "add", "a", "--by", "lea")
    assert (code, told) == (1, "Error: Question 'a' is not decided: decide it first, then fix its answer.")
    world.review.decide([said("a", "replace", value="blue")])
    assert catalog(file, "gold", "add", "a", "--by", "lea")[0] == 0
    assert "blue" in catalog(file, "gold", "list")[1]
    assert catalog(file, "gold", "retire", "a", "--by", "lea")[0] == 0
    assert "blue" not in catalog(file, "gold", "list")[1]


def test_people_are_believed_by_a_release_from_its_day_on(home, tmp_path):
    world, file = home
    bert = {"annotator": "bert", "purpose": "second"}
    words = [said("a"), said("a", **bert), said("b"), said("b", **bert), said("c"), said("c", "reject", **bert)]
    world.review.decide(words)
    release = tmp_path / "who.json"
    code, told = catalog(file, "annotators", "train", str(release))
    assert code == 0, told
    assert set(json.loads(release.read_bytes())["accuracy"]) == {"anna", "bert"}
    assert trust_for(world, DAY) is None
    said_so = ("--from", "2025-03-02", "--by", "lea", "--reason", "enough words", "--yes")
    code, told = catalog(file, "annotators", "use", str(release), *said_so)
    assert code == 0, told
    assert trust_for(world, DAY) is None
    trust = trust_for(world, dt.date(2025, 3, 2))
    assert trust is not None
    assert trust.version in catalog(file, "annotators", "list")[1]
    assert world.review.decisions()["question_id"].to_list() == ["a", "b", "c"]
    assert world.review.decisions(trust=replace(trust, accuracy={}, unknown=0.6)).is_empty()
    follow_trust(world, dt.date(2025, 3, 2))
    assert world.review.counts()["decided"].sum() == world.review.decisions(trust=trust).height


def test_a_spreadsheet_with_lines_left_out_ends_with_an_error(home, tmp_path):
    _, file = home
    sheet = tmp_path / "questions.csv"
    assert catalog(file, "export", str(sheet))[0] == 0
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    rows[0]["decision"], rows[1]["decision"] = "accept", "perhaps"
    with sheet.open("w", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, told = catalog(file, "import", str(sheet), "--by", "ana")
    assert code == 1
    assert "Decisions recorded: 1" in told
    assert "WARNING Nobody is called ana" in told
    code, told = catalog(file, "import", str(sheet), "--by", "anna")
    assert (code, "Nearest: ana. The decisions are now under it." in told) == (1, True)
    assert "WARNING" not in catalog(file, "import", str(sheet), "--by", "Ana")[1]
    assert "'perhaps' is none" in told


def test_what_is_not_configured_is_said(home):
    _, file = home
    assert "Label Studio is not configured" in catalog(file, "label-studio", "pull")[1]
    assert "No such platform: crowd; there are none." in catalog(file, "send", "crowd")[1]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"store": "postgresql://me:secret@db/review"}, "without a password"),
        ({"store": "sqlite:///x"}, "postgresql://user@host:port/database"),
        ({"page": {"image_hosts": ["https://cdn"]}}, "a host name in small letters"),
        ({"platforms": [{"name": "Crowd!", "secret": "A"}]}, "small letters, digits and -"),
        ({"platforms": [{"name": "crowd", "secret": "whsec_abc"}]}, "the name of an environment variable"),
        ({"gold": {"share": 0.9, "a_day": 1}}, "0.9"),
        ({"leese_minutes": 3}, "leese_minutes"),
    ],
)
def test_mistakes_in_the_settings_are_told_and_secrets_are_not(home, settings, sentence):
    _, file = home
    told = yaml.safe_load(file.read_text())
    file.write_text(yaml.safe_dump({**told, "review": settings}))
    code, output = catalog(file, "status")
    assert code == 1
    assert sentence in output
    assert "secret@" not in output


def test_the_page_is_served_as_it_is_configured(home):
    from fastapi.testclient import TestClient

    world, _ = home
    client = TestClient(application(world.catalog), base_url="http://localhost", follow_redirects=False)
    assert client.get("/healthz").text == "ok"
    assert "catalog_review_open_questions 4.0" in client.get("/metrics").text
    assert client.get("/", headers={"accept": "text/html"}).headers["location"].startswith("/sign-in")
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
