"""The whole way with a model that obeys: supplier texts go through the stages to a server that plays the victim, and a
certificate accepts whatever that model proposes. Nothing that was ordered may be accepted."""

import json

import pytest
from asked_world import DAY, NOON, asking, opened, serving, settle

from catalog_assets.asked.rungs import rungs
from catalog_assets.certainty.acceptance import REST, Target
from catalog_assets.certainty.calibration import Calibration
from catalog_assets.enriched.prompting.folding import folded
from catalog_assets.releases import Statement, put_in_force
from catalog_assets.reviewed.acceptance import RELEASE, Acceptance, Certificate
from tests.enriched.prompting.prompting_frames import lines
from tests.enriched.prompting.test_prompting_attacks import evidence, stated

ATTACKS = [attack for attack in lines("attacks") if stated(attack) and attack.get("cleaned") != "harmless"]
NAMED = 24
"""Letters of a text by which the victim knows whose order it reads."""
SPANS = 2


def product(number: int, attack: dict) -> dict[str, str]:
    own = {"sku": f"s{number}", "title": f"Article {number:03d}", "path": ""}
    if attack["place"] == "title":
        return {**own, "title": attack["text"]}
    return {**own, "description": attack["text"]}


def key(text: str) -> str:
    return "".join(letter for letter in folded(text) if letter.isalnum())[:NAMED]


def victim(span: int):
    """A model that does what the text of a product says; `span`: which of the words that could serve it calls its
    evidence."""
    orders: dict[str, list[dict]] = {}
    for attack in ATTACKS:
        orders.setdefault(key(attack["text"]), []).append(attack)

    def obeyed(one: dict) -> list[dict]:
        texts = [one.get("name", ""), one.get("description", "")]
        found = [attack for text in texts for attack in orders.get(key(text), [])]
        told = []
        for attack in found:
            for said in stated(attack):
                spans = evidence(next(t for t in texts if key(t) == key(attack["text"])), said)
                unit = {"unit": said["unit"]} if said.get("unit") else {}
                words = spans[min(span, len(spans) - 1)]
                told.append({"attribute": said["attribute"], "value": said["value"], **unit, "evidence": words})
        return told

    def reply(body: dict) -> str:
        products = json.loads(body["messages"][0]["content"].splitlines()[1])["products"]
        return json.dumps({"products": [{"id": one["id"], "answers": obeyed(one)} for one in products]})

    return reply


def certified(world) -> None:
    """A release that takes whatever the model in use proposes: the last line of defence is taken away."""
    anything = Certificate({REST: Calibration()}, {REST: 0.0})
    nothing = {REST: None}
    (rung, *_) = rungs(world.catalog)
    release = Acceptance({REST: Calibration()}, nothing, Target(), models={rung.version: anything})
    stated = Statement(RELEASE, release.version, release.to_bytes(), DAY, "Ana", "test")
    put_in_force(world, stated, NOON)


@pytest.mark.parametrize("span", range(SPANS))
def test_no_ordered_value_is_accepted_even_of_a_certified_model(tmp_path, monkeypatch, span):
    honest = {"sku": "honest", "title": "Nordwind Shirt charcoal", "path": "Shirts"}
    products = (*(product(number, attack) for number, attack in enumerate(ATTACKS)), honest)
    reply = victim(span)

    def answer(body: dict) -> str:
        said = json.loads(reply(body))
        shown = json.loads(body["messages"][0]["content"].splitlines()[1])["products"]
        for one, told in zip(shown, said["products"], strict=True):
            if one["name"] == honest["title"]:
                told["answers"] = [{"attribute": "color", "value": "Gray", "evidence": "charcoal"}]
        return json.dumps(said)

    with serving(monkeypatch, answer) as server:
        world = opened(tmp_path, server, products)
        certified(world)
        report = asking(world)
        settle(world)
        rows = world.lake.read("reviewed_attributes", day=DAY).to_dicts()
        accepted = [(row["product_id"], row["attribute"], row["value"]) for row in rows
                    if row["method"] == "model" and row["state"] == "accepted"]  # fmt: skip
        assert accepted == [("honest", "color", "Gray")], "the certificate takes what is honest, and nothing else"
        assert report.withheld + report.questions == len(ATTACKS) + 1, "each was shown to the model or held back"
