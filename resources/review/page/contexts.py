"""The text of a question taken apart: what the stages write into it line by line, and what the supplier wrote.

Belongs here: the lines that stages put before a text (`catalog_assets/reviewed/shown_paths.py` for categories,
`catalog_assets/validated/transform.py` for prices). Does not belong here: two offers (`offers`), and HTML.
"""

from dataclasses import dataclass

from resources.review.tasks import Item

_SUPPLIERS_PATH, _ALSO_THERE, _HOLDS = "Supplier's category: ", "Also there: ", "The answer holds for "
_USUAL = "usual: "
_BRAND = "Brand: "

ISSUES = {
    "price_outlier": "far from what its category usually costs",
    "sources_disagree_on_price": "suppliers state very different prices",
    "looks_doubled": "another product has the same name, brand and price",
}
"""Why a price is asked, in plain words. What else the rules note of a product has nothing to do with its price."""


@dataclass(frozen=True)
class Context:
    """text: what is left for the reader as the supplier's own. Of a category: path, the supplier's own; there: names
    of other products under it; holds: for what the answer holds. Of a price: usual, what its category costs; stated,
    who says which price. brand: as it is written, for it is asked about in small letters."""

    text: str
    path: str | None = None
    there: tuple[str, ...] = ()
    holds: str | None = None
    usual: str | None = None
    stated: tuple[str, ...] = ()
    brand: str | None = None


def context_of(item: Item) -> Context:
    """What the text of the question says; without what is shown elsewhere already."""
    text = item.context or ""
    if item.kind == "category" and text.startswith(_SUPPLIERS_PATH):
        return _of_path(item, text)
    if item.kind == "brand" and text.startswith(_BRAND):
        return Context("", brand=text.removeprefix(_BRAND).partition("\n")[0])
    if item.kind == "price":
        return _of_price(_without_name(item, text))
    return Context(_without_name(item, text.removeprefix("\n")))


def _of_path(item: Item, text: str) -> Context:
    path, _, text = text.removeprefix(_SUPPLIERS_PATH).partition("\n")
    there, holds = [], None
    while text.startswith(_ALSO_THERE):
        name, _, text = text.removeprefix(_ALSO_THERE).partition("\n")
        there.append(name)
    if text.startswith(_HOLDS):
        holds, _, text = text.partition("\n")
    return Context(_without_name(item, text), path, tuple(there), holds)


def _of_price(text: str) -> Context:
    category, *lines = text.split("\n")
    usual = lines.pop(0).removeprefix(_USUAL) if lines and lines[0].startswith(_USUAL) else None
    return Context(category, usual=usual, stated=tuple(line for line in lines if line))


def _without_name(item: Item, text: str) -> str:
    if item.kind != "match" and item.name and text.startswith(f"{item.name}\n"):
        text = text[len(item.name) + 1 :]
    return "" if text == item.name else text


def issues(evidence: str | None) -> tuple[str, ...]:
    """Why a price is asked, of the names of what rules note."""
    named = (name.strip() for name in (evidence or "").removeprefix("issues:").split(","))
    return tuple(ISSUES[name] for name in named if name in ISSUES)
