# ruff: noqa: E501 (word lists)
"""Availability: the four values, and suppliers' words for them in several languages.

Belongs here: words as data. Does not belong here: reading a cell (`standardized/stock.py`).
"""

IN_STOCK, OUT_OF_STOCK, PREORDER, DISCONTINUED = "in_stock", "out_of_stock", "preorder", "discontinued"

VALUES: tuple[str, ...] = (IN_STOCK, OUT_OF_STOCK, PREORDER, DISCONTINUED)
"""The allowed values."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in text.split("|"))


AVAILABILITY: dict[str, tuple[str, ...]] = {
    IN_STOCK: _words(
        """in stock | instock | in store only | instoreonly | online only | onlineonly | limited availability |
        limitedavailability | limited stock | low stock | available | available now | yes | y | true | t | 1 | active | on stock |
        auf lager | lagernd | lieferbar | sofort lieferbar | verfügbar | ja | vorrätig | en stock | disponible | oui |
        dispo | en existencia | hay existencias | sí | si | em estoque | disponível | sim | disponibile | sì |
        in magazzino | op voorraad | beschikbaar | tersedia | ada | ready | ready stock | ya | ada stok | stok tersedia |
        còn hàng | có sẵn | มีสินค้า | พร้อมส่ง | มี | 現貨 | 有貨 | 有货 | 有現貨 | dostępny | w magazynie | i lager | skladem | stokta var"""
    ),
    OUT_OF_STOCK: _words(
        """out of stock | outofstock | sold out | soldout | unavailable | not available | currently unavailable | no |
        n | false | f | 0 | no stock | nostock | inactive | temporarily out of stock | ausverkauft | nicht lieferbar |
        nicht verfügbar | nicht auf lager | vergriffen | nein | derzeit nicht verfügbar | épuisé | rupture | rupture de stock |
        en rupture de stock | indisponible | non | hors stock | agotado | sin existencias | sin stock | no disponible |
        esgotado | indisponível | fora de estoque | não | sem estoque | esaurito | non disponibile | uitverkocht |
        niet op voorraad | habis | stok habis | kosong | tidak tersedia | tidak | tiada stok | hết hàng | không |
        สินค้าหมด | หมด | 缺貨 | 缺货 | 無貨 | 无货 | 售完 | 已售完 | niedostępny | brak | slutsåld | vyprodáno | tükendi"""
    ),
    PREORDER: _words(
        """preorder | pre-order | pre order | presale | pre-sale | backorder | back order | back-order | backordered |
        on backorder | on order | coming soon | available for preorder | available for order | made to order | madetoorder |
        vorbestellbar | vorbestellung | nachbestellt | bestellt | bald verfügbar | précommande | en précommande |
        sur commande | bientôt disponible | preventa | reserva | bajo pedido | próximamente | pré-venda | pré-encomenda |
        sob encomenda | prenotabile | preordine | in arrivo | pra-pesan | indent | pre-order indent | đặt trước | sắp có hàng |
        พรีออเดอร์ | สั่งจองล่วงหน้า | 預購 | 预购 | 預售 | 预售"""
    ),
    DISCONTINUED: _words(
        """discontinued | end of life | eol | end-of-life | no longer available | retired | obsolete | archived |
        ausgelaufen | auslaufartikel | nicht mehr lieferbar | nicht mehr verfügbar | eingestellt | arrêté |
        fin de série | plus disponible | discontinué | descatalogado | descontinuado | descontinuada |
        fuera de catálogo | fora de linha | fuori produzione | tidak diproduksi lagi | ngừng kinh doanh |
        ngừng sản xuất | เลิกผลิต | เลิกจำหน่าย | 停產 | 停产 | 下架"""
    ),
}
"""Value -> what fills a cell, lower case; also schema.org's names (the part after the last slash)."""

PHRASES: tuple[tuple[str, str], ...] = (
    ("no longer available", DISCONTINUED),
    ("discontinued", DISCONTINUED),
    ("nicht mehr lieferbar", DISCONTINUED),
    ("pre-order", PREORDER),
    ("preorder", PREORDER),
    ("backorder", PREORDER),
    ("out of stock", OUT_OF_STOCK),
    ("sold out", OUT_OF_STOCK),
    ("not in stock", OUT_OF_STOCK),
    ("not available", OUT_OF_STOCK),
    ("unavailable", OUT_OF_STOCK),
    ("nicht lieferbar", OUT_OF_STOCK),
    ("nicht auf lager", OUT_OF_STOCK),
    ("nicht verfügbar", OUT_OF_STOCK),
    ("ausverkauft", OUT_OF_STOCK),
    ("agotado", OUT_OF_STOCK),
    ("no disponible", OUT_OF_STOCK),
    ("rupture", OUT_OF_STOCK),
    ("esgotado", OUT_OF_STOCK),
    ("esaurito", OUT_OF_STOCK),
    ("in stock", IN_STOCK),
    ("auf lager", IN_STOCK),
    ("lieferbar", IN_STOCK),
    ("en stock", IN_STOCK),
    ("ships in", IN_STOCK),
    ("ships within", IN_STOCK),
)
"""Phrase within a longer cell -> value; the first that is found decides, so negations stand before what they negate."""
