"""`catalog acceptance`, called as a person does."""

import pytest
from click.testing import CliRunner

from catalog_assets.cli import main
from catalog_assets.commands import acceptance, shared
from tests.reviewed.test_acceptance_watch import CERTIFIED, audited, journal, stated


@pytest.fixture
def where(monkeypatch):
    world = audited(200, {"beta": 10})
    for module in (acceptance, shared):
        monkeypatch.setattr(module, "opened", lambda: world)
    monkeypatch.setattr(acceptance, "load", lambda: world.catalog)
    return world


def call(*arguments):
    return CliRunner().invoke(main, ["acceptance", *arguments])


def test_watch_shows_first_and_states_once(where):
    stated(where, CERTIFIED)
    shown = call("watch", "--preview")
    assert shown.exit_code == 0
    assert "source beta: 20 of 200 audited values were wrong" in " ".join(shown.output.split())
    assert journal(where).height == 1
    said = [call("watch", "--from", "2026-01-03", "--by", "eve").output for _ in range(2)]
    assert ["Stated." in each for each in said] == [True, False]
    assert journal(where)["person"].to_list() == ["ana", "eve"]


def test_watch_without_a_release_says_what_to_do(where):
    told = call("watch")
    assert told.exit_code == 1
    assert "catalog acceptance certify makes one" in told.output
    assert "Traceback" not in told.output


def test_certify_writes_nothing_that_shows_nothing_and_tells_by_whom_and_what(where, tmp_path):
    file = tmp_path / "release.json"
    told = call("certify", str(file))
    assert told.exit_code == 1
    assert not file.exists()
    assert "Nothing can be shown yet from 400 audited values" in " ".join(told.output.split())
    where.review.said = audited(200, {}).review.said
    told = call("certify", str(file))
    assert told.exit_code == 0
    assert "rules and suppliers" in told.output
    assert file.exists()


def test_what_an_exception_holds_stays_when_it_is_certified_anew(where, tmp_path):
    stated(where, CERTIFIED)
    call("watch", "--from", "2026-01-03")
    where.review.said = audited(1000, {}).review.said
    where.lake.tables["enriched_attributes"] = audited(1000, {}).lake.read("enriched_attributes")
    told = call("certify", str(tmp_path / "release.json"))
    assert told.exit_code == 0
    assert "Still left to people: source beta" in told.output


def test_show_tells_how_right_accepted_values_are(where):
    line = next(line for line in call("show").output.splitlines() if "of 400" in line)
    assert "95.00% (92." in line
