# ruff: noqa: E501 (texts of suppliers)
"""Questions as they come, one of each kind and of each difficulty, for tests and for pictures of the page.

Belongs here: data. Does not belong here: tests.
"""

from typing import Any

from page_world import question

from catalog_assets.vocabulary.categories import CATEGORIES

NASTY = (
    '"><script>document.title="owned"</script><img src=x onerror=alert(1)> </script> =HYPERLINK("http://x","y") {{7*7}}'
)


def _candidate(
    value: str, method: str, version: str, confidence: float, source: str, unit: str | None = None
) -> dict[str, Any]:
    return {"value": value, "unit": unit, "confidence": confidence, "method": method, "model_version": version,
            "evidence": None, "source": source}  # fmt: skip


def weight(question_id: str = "weight", products: int = 12) -> list[dict[str, Any]]:
    name = "Waldheim Petal 164 Badetuch, braun, 695 g"
    text = "Das Modell Petal 164 von Waldheim: Badetuch für Anspruchsvolle. Fügt sich in fast jeden Raum ein. " \
        "Versandgewicht 0,75 kg, Gewicht 695 g, Maße 70 x 140 cm."  # fmt: skip
    return question(
        question_id, products, attribute="weight", value="695", unit="g", confidence=0.45, method="supplier",
        model_version="nordwind", evidence="695 g", name=name, context=f"{name}\n{text}",
        candidates=[
            _candidate("695", "supplier", "nordwind", 0.45, "nordwind", "g"),
            _candidate("695", "model", "reader-77-a", 0.71, "nordwind", "g"),
            _candidate("750", "rule", "rules-1", 0.38, "sudhandel", "g"),
            _candidate("700", "model", "claude-haiku-4-5-attributes-3", 0.22, "nordwind", "g"),
        ],
    )  # fmt: skip


def color(question_id: str = "color", products: int = 3, **facts: Any) -> list[dict[str, Any]]:
    name = "Véla Clover 150 Sneakers – Black, Size 43"
    return question(
        question_id, products,
        **{"evidence": "Black", "name": name, "context": f"{name}\nCut for everyday wear. Also sold in jet black and in white."}
        | facts,
    )  # fmt: skip


def category(question_id: str = "category", products: int = 214) -> list[dict[str, Any]]:
    name = "Belle Forêt Thistle 131 Face Cream 75ml !! HOT DEAL !!"
    text = "Meet the Belle Forêt Thistle 131: face cream made to last – at a fair price. Suits sensitive skin and daily use."
    return question(
        question_id, products, kind="category", attribute="category", value="Beauty & Health > Skin Care", confidence=0.7,
        evidence="Face Cream", name=name, options=sorted(CATEGORIES),
        context=f"Supplier's category: Drogerie / Gesicht & Körper / Cremes\n{name}\n{text}",
        candidates=[
            _candidate("Beauty & Health > Skin Care", "rule", "rules-1", 0.7, "nordwind"),
            _candidate("Beauty & Health > Make-up & Nails", "model", "a51f", 0.31, "sudhandel"),
        ],
    )  # fmt: skip


def description(question_id: str = "description") -> list[dict[str, Any]]:
    name = "Northloom Lark 141 Sneaker, violett, Gr. 43"
    return question(
        question_id, kind="description", attribute="description", confidence=0.58, method="model",
        model_version="claude-haiku-4-5-describing-2", name=name, evidence="gründlich geprüft",
        value="The Lark 141 is a violet sneaker by Northloom in size 43. It is cut for every day, is easy to combine, "
        "and keeps its shape after many washes.",
        context=f"{name}\nSneaker Lark 141 von Northloom, gründlich geprüft und lange haltbar. Für jeden Tag geschnitten "
        "und leicht zu kombinieren. Behält auch nach vielen Wäschen die Form.",
    )  # fmt: skip


def price(question_id: str = "price") -> list[dict[str, Any]]:
    name = "Pure Tide Alba 183 Shampoo, 500 ml, Kokos"
    return question(
        question_id, kind="price", attribute="price", value="688.0000", unit="EUR", confidence=0.5,
        model_version="business rules", evidence="issues: price_outlier, sources_disagree_on_price, description_length",
        name=name, context=f"{name}\nBeauty & Health > Hair Care\nnordwind: 688.0000 EUR\nsudhandel: 6.8900 EUR",
    )  # fmt: skip


def match(question_id: str = "match") -> list[dict[str, Any]]:
    left = (
        "nordwind/NW-00010568 | Pentavox Nexus 107 Smartphone Black 64GB | brand Pentavox | mpn PX107-64B | "
        "gtin 4006381333931 | price 198.39 | Meet the Nexus 107: a smartphone with a display that stays easy to read in bright sunlight."
    )
    right = (
        "sudhandel/88-1042 | Pentavox Nexus 107 Dual-SIM Smartphone, schwarz, 128 GB | brand Pentavox | mpn PX107-128B | "
        "price 229.00 | Zwei Jahre Aktualisierungen sind enthalten. Startet in Sekunden und bleibt auch unter Last leise."
    )
    return question(
        question_id, kind="match", attribute="product", value="same product", confidence=0.66, method="model",
        model_version="m-1", evidence="77aa 91bc", name="Pentavox Nexus 107 Smartphone Black 64GB",
        context=f"{left}\n{right}", options=["same product"],
    )  # fmt: skip


def batch(count: int = 10) -> list[list[dict[str, Any]]]:
    """Questions that one look answers."""
    names = (
        "Lumenor Arc 12 Stehlampe, Stahl schwarz", "Lumenor Arc 14 Stehlampe schwarz matt", "Vantor Schreibtischlampe, schwarz",
        "Vantor Schreibtischlampe E27, schwarz/Eiche", "Ferro Wandleuchte außen, schwarz IP44", "Ferro Deckenstrahler schwarz 12 W",
        "Nachtlicht Mond, schwarze Fassung", "Verlängerungskabel 3 m, schwarz", "Lampenschirm Leinen Ø 40, schwarz gefüttert",
        "Duftkerze Schwarzwald Tanne, weiß", "Strahler LED 3er-Set, schwarz", "Klemmleuchte schwarz",
    )  # fmt: skip
    return [
        question(
            f"batch-{number}", 1 + number % 4, name=name, evidence="schwarz",
            context=f"{name}\nLieferung ohne Leuchtmittel. Pflege mit trockenem Tuch.", confidence=0.74,
        )
        for number, name in enumerate(names[:count])
    ]  # fmt: skip


def arabic(question_id: str = "arabic") -> list[dict[str, Any]]:
    name = "سماعات لاسلكية لون أسود Nexus 107"
    return question(
        question_id,
        name=name,
        evidence="أسود",
        context=f"{name}\nسماعات بلون أسود مع علبة شحن، تعمل 30 ساعة.\nIn the box: cable, case.",
    )


def nasty(question_id: str = "nasty") -> list[dict[str, Any]]:
    """Everything that supplier's text may try."""
    name = f"{NASTY} \u202etxt.exe\u202c tail"
    text = f"{NASTY}\n" + "Long text goes on and on. " * 1_540
    return question(
        question_id, attribute="inscription", value=f'Steel{NASTY}', evidence=NASTY[:40], name=name, context=f"{name}\n{text}",
        candidates=[_candidate(f"Wood{NASTY}", "supplier", NASTY[:60], 0.2, NASTY[:60])],
    )  # fmt: skip
