"""`catalog model`: what is open, asking after the estimate, and a trial beside the model in use."""

import pytest
import yaml
from asked_world import opened, proposed, serving, settle
from click.testing import CliRunner

from catalog_assets.cli import main
from resources.language_model.client import KEY


@pytest.fixture
def home(tmp_path, monkeypatch):
    with serving(monkeypatch) as server:
        world = opened(tmp_path, server, trial={"model": "claude-sonnet-4-5", "share": 1.0})
        file = tmp_path / "catalog.yaml"
        file.write_text(yaml.safe_dump(world.catalog.model_dump(mode="json", exclude_none=True)))
        yield world, server, file


def catalog(file, *arguments, **other):
    return CliRunner().invoke(main, ["--config", str(file), "model", *arguments], **other)


def test_asking_tells_the_estimate_first_and_sends_nothing_without_a_word(home):
    world, server, file = home
    told = catalog(file, "ask", input="n\n")
    assert "USD may still be spent" in told.output
    assert told.exit_code == 1
    assert not server.bills
    told = catalog(file, "ask", "--yes")
    assert told.exit_code == 0, told.output
    assert "6 questions" in told.output.replace("\n", " ")
    assert server.bills
    settle(world)
    again = catalog(file, "ask", "--yes")
    assert "Nothing is open" in again.output
    assert len(proposed(world)) == 3


def test_status_tells_what_is_open_and_what_was_paid(home):
    world, _, file = home
    before = catalog(file, "status").output
    assert "20.00 USD left of 20.00 today" in before
    catalog(file, "ask", "--yes")
    settle(world)
    after = catalog(file, "status").output
    assert "claude-haiku-4-5-attributes" in after.replace("\n", "")
    assert "20.00 USD left of 20.00" not in after


def test_a_trial_is_compared_on_what_both_were_asked(home):
    world, _, file = home
    catalog(file, "ask", "--yes")
    settle(world)
    told = catalog(file, "compare")
    assert told.exit_code == 0, told.output
    assert "no difference is shown" in told.output
    line = next(line for line in told.output.splitlines() if "the same" in line)
    assert line.split()[-1] == "3" or " 3 " in line


def test_without_a_key_it_is_one_sentence(home, monkeypatch):
    _, _, file = home
    monkeypatch.delenv(KEY)
    told = catalog(file, "ask", "--yes")
    assert told.exit_code == 1
    assert "set ANTHROPIC_API_KEY" in told.output
    assert "Traceback" not in told.output


def test_without_a_model_it_says_what_to_set(tmp_path):
    file = tmp_path / "catalog.yaml"
    source = {"columns": {"product_id": "sku", "name": "title"}}
    file.write_text(yaml.safe_dump({"home": str(tmp_path / "home"), "sources": {"acme": source}}))
    told = catalog(file, "status")
    assert told.exit_code == 1
    assert "set models.language" in told.output
