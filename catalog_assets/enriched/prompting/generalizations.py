# ruff: noqa: E501 (word lists)
"""Declared generalisations: words that are a kind of a listed value ("oak" is wood) without being a word for it.

Belongs here: such words, lower case, by attribute and value, as data. Does not belong here: synonyms and translations
(`vocabulary/attributes.py`), and how a word is found (`reading.py`). What is not declared is not followed: a model that
concludes more than this has no evidence for it.
"""

from collections.abc import Mapping


def _lines(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {value.strip(): tuple(word.strip() for word in words.split("|")) for value, words in pairs}


GENERALIZATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "color": _lines(
        """
        Black: onyx | ebony | obsidian | raven | jet
        White: pearl white | alabaster | snow
        Gray: gunmetal | pewter | ash gray | ash grey | stone gray | stone grey
        Red: ruby | cherry red | brick red | cardinal | vermilion
        Burgundy: merlot | claret | garnet
        Orange: tangerine | rust | coral orange | terracotta
        Yellow: lemon | canary | saffron
        Green: emerald | sage | moss green | hunter green | jade | pistachio
        Blue: sapphire | azure | cerulean | indigo | periwinkle | steel blue | powder blue
        Navy: midnight blue
        Purple: amethyst | eggplant | mauve | aubergine
        Pink: blush | salmon | coral pink | bubblegum
        Brown: espresso | walnut | mahogany | chestnut | umber | caramel
        Beige: ecru | oatmeal | champagne | linen white
        """
    ),
    "material": _lines(
        """
        Wood: oak | beech | pine | walnut | maple | acacia | teak | mahogany | birch | plywood | mdf | hardwood | eiche | buche | chêne | hêtre | roble | rovere | carvalho
        Leather: nappa | nubuck | calfskin | sheepskin | lambskin
        Wool: alpaca | mohair | angora
        Cotton: jersey cotton | cotton twill | poplin
        Glass: borosilicate | pyrex
        Metal: chromed metal | powder-coated metal
        Stone: slate stone | travertine | quartz stone
        Stainless Steel: 18/8 steel | 304 steel | 18/10 steel
        Plastic: polystyrene | tritan | melamine
        """
    ),
    "pattern": _lines(
        """
        Checked: houndstooth | glen check | buffalo plaid
        Striped: pinstripe | pinstriped
        Floral: paisley floral | botanical print
        Animal Print: tiger print | cheetah | crocodile print
        """
    ),
    "operating_system": _lines(
        """
        Windows: windows xp | windows vista | windows 8 | windows 8.1
        macOS: macos monterey | macos ventura | macos sonoma
        Linux: debian | fedora
        """
    ),
    "waterproof": {"yes": ("ipx7", "ipx8", "ip67", "ip68"), "no": ()},
}
"""Attribute -> value -> words of which the value is a generalisation."""
