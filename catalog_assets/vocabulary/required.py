"""Which attributes a product of a category must state to be complete.

Belongs here: the defaults, as data, and how levels of the taxonomy add up. Does not belong here: what a catalogue asks
for beside them (`required_attributes` in `configuration.py`), and what follows when one is missing (`validated/`).

The list is short on purpose: what a buyer cannot do without and what the trade's feeds state anyway. For clothing and
shoes it follows Google's product data specification (support.google.com/merchants/answer/7052112: colour and size), for
devices the number that names the variant.
"""

from collections.abc import Mapping, Sequence

from catalog_assets.vocabulary.taxonomy import SEPARATOR, compact

LEVELS: tuple[str, ...] = tuple(compact().nodes["path"])
"""Every category and every level above one; a level stands after those above it."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "Electronics > TV & Home Cinema > Televisions": ("screen_size",),
    "Computers > Laptops": ("ram", "screen_size", "storage"),
    "Computers > Desktops & Servers": ("ram", "storage"),
    "Computers > Tablets": ("screen_size", "storage"),
    "Computers > Monitors": ("screen_size",),
    "Computers > Storage": ("storage",),
    "Phones > Mobile Phones": ("color", "storage"),
    "Fashion": ("color",),
    "Fashion > Women's Clothing": ("size",),
    "Fashion > Men's Clothing": ("size",),
    "Fashion > Kids' Clothing": ("size",),
    "Fashion > Unisex Clothing": ("size",),
    "Shoes": ("color", "size"),
    "Jewellery & Watches > Jewellery": ("material",),
    "Beauty & Health > Fragrances": ("volume",),
}
"""Level of the taxonomy -> attributes that everything below it must state, beside those of the levels above."""


def required_by_level(stated: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Of each level of the taxonomy all that is required there, sorted; levels that require nothing are left out.

    stated: level -> attributes, in place of the default of that very level. A level adds to what the levels above it
    require; one with an empty list takes all of that away.
    """
    rules = {**REQUIRED, **stated}
    found: dict[str, tuple[str, ...]] = {}
    for level in LEVELS:
        above = found.get(level.rpartition(SEPARATOR)[0], ())
        own = rules.get(level)
        found[level] = above if own is None else tuple(sorted({*above, *own})) if own else ()
    return {level: names for level, names in found.items() if names}
