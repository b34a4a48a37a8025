# ruff: noqa: E501 (word lists)
"""Brands: the canonical spelling of names that suppliers write in several ways, and words that mean "none".

Belongs here: aliases and placeholders as data. Does not belong here: a list of all brands; a brand that is not named
here keeps the supplier's spelling.
"""


def _lines(text: str) -> dict[str, tuple[str, ...]]:
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {
        name.strip(): tuple(alias.strip() for alias in aliases.split("|") if alias.strip()) for name, aliases in pairs
    }


BRANDS: dict[str, tuple[str, ...]] = _lines(
    """
    HP: h.p. | h p | hewlett-packard | hewlett packard | hewlett packard hp | hp inc | hp inc. | hp invent | hewlett-packard company
    HPE: hewlett packard enterprise | hewlett-packard enterprise | hp enterprise
    LG: lg electronics | lg electronics inc | lge | l.g.
    GE: general electric | g.e. | ge appliances | general electrics
    JVC: j.v.c. | jvc kenwood | victor jvc
    Samsung: samsung electronics | samsung electronics co | samsung it | samsung mobile | samsung group
    Sony: sony corporation | sony electronics | sony computer entertainment | sony corp | sony corp.
    Apple: apple inc | apple inc. | apple computer | apple computers
    Microsoft: microsoft corporation | ms microsoft | microsoft corp
    Dell: dell inc | dell inc. | dell computers | dell computer | dell technologies
    Lenovo: lenovo group | lenovo inc | ibm lenovo | lenovo idea
    IBM: i.b.m. | international business machines
    Acer: acer inc | acer america | acer computer
    ASUS: asustek | asus computer | asustek computer | asus computer international
    Toshiba: toshiba america | toshiba corporation | toshiba corp
    Panasonic: panasonic corporation | panasonic consumer | matsushita | panasonic corp
    Philips: koninklijke philips | philips electronics | royal philips | philips consumer electronics
    Philips Sonicare: sonicare
    Canon: canon inc | canon usa | canon u.s.a. | canon computer systems
    Nikon: nikon corporation | nikon inc
    Epson: seiko epson | epson america | epson america inc
    Brother: brother international | brother industries | brother printer
    Lexmark: lexmark international
    Xerox: xerox corporation | fuji xerox
    Kodak: eastman kodak | eastman kodak company | kodak easyshare
    Fujifilm: fuji film | fuji | fujifilm holdings
    Olympus: olympus imaging | olympus corporation
    Sharp: sharp electronics | sharp corporation
    Pioneer: pioneer electronics | pioneer corporation
    Bose: bose corporation
    JBL: jbl by harman | harman jbl
    Logitech: logitech international | logitech inc | logitech g
    Belkin: belkin international | belkin components | belkin inc
    Netgear: netgear inc | net gear
    D-Link: dlink | d link | d-link systems
    Linksys: linksys by cisco | cisco linksys | cisco-linksys
    Cisco: cisco systems | cisco system
    TP-Link: tplink | tp link | tp-link technologies
    Western Digital: wd | westerndigital | wd western digital
    Seagate: seagate technology
    SanDisk: san disk | sandisk corporation
    Kingston: kingston technology | kingston digital | kingston memory
    Intel: intel corporation | intel corp
    AMD: advanced micro devices | a.m.d.
    NVIDIA: n-vidia | nvidia corporation
    Garmin: garmin international | garmin ltd | garmin usa
    TomTom: tom tom
    Xiaomi: mi xiaomi | xiaomi mi | xiaomi redmi | mi
    Huawei: huawei technologies
    OPPO: oppo mobile
    Realme: real me
    Honor: honor (huawei) | hihonor
    Motorola: motorola mobility | moto
    Nokia: nokia corporation
    Nintendo: nintendo of america
    Bosch: robert bosch | bosch power tools | bosch home
    KitchenAid: kitchen aid
    Black & Decker: black and decker | black+decker | black & decker inc | b&d
    Electrolux: electrolux home products | aeg electrolux
    Whirlpool: whirlpool corporation
    3M: 3m company | minnesota mining & manufacturing | 3m corp
    Procter & Gamble: p&g | procter and gamble | p & g
    Johnson & Johnson: johnson and johnson | j&j
    Oral-B: oralb | oral b
    L'Oréal: loreal | l'oreal | l’oréal | l’oreal | loreal paris | l'oreal paris | l'oréal paris
    Nestlé: nestle
    Adidas: adidas originals | adidas ag
    Nike: nike inc | nike sportswear
    The North Face: north face | tnf
    Levi's: levis | levi strauss | levi’s | levi strauss & co
    Ray-Ban: rayban | ray ban
    Dolce & Gabbana: d&g | dolce and gabbana | dolce&gabbana
    Burton: burton snowboards
    Pure Fix Cycles: pure fix | purefix | purefix cycles
    Darlie: darlie 好來
    Colgate: colgate 高露潔 | colgate-palmolive | colgate palmolive
    Clarins: clarins paris
    Fila: fila sport
    """
)
"""Canonical name -> other spellings, lower case."""

_NONE = """
    no brand | no brands | nobrand | no-brand | none | unbranded | unbranded/generic | un-branded | generic | generic brand | no name | noname | no-name |
    oem | n/a | na | n.a. | n.a | nil | null | unknown | unknown brand | unspecified | not specified | not applicable | not available | does not apply |
    does not apply. | other | others | - | -- | --- | . | / | ? | x | tidak ada merk | tidak ada merek | tanpa merek | tanpa merk | tiada jenama |
    tidak bermerek | ohne marke | keine marke | markenlos | sans marque | sin marca | sem marca | senza marca | genérico | generico | genérica | générique |
    otro | otros | otra | outro | lainnya | khác | không | không có | no brand(โนแบรนด์) | ไม่มียี่ห้อ | ไม่มีแบรนด์ | อื่นๆ | 無品牌 | 无品牌 | 其他 |
    to be determined | tbd | tba | default | brand | private label | undefined | nan | 0
    """

NONE: tuple[str, ...] = tuple(word.strip() for word in _NONE.split("|"))
"""What suppliers write where a product has no brand, lower case."""

CANONICAL: dict[str, str] = {
    **{alias: name for name, aliases in BRANDS.items() for alias in aliases},
    **{name.lower(): name for name in BRANDS},
}
"""Lower-case spelling -> canonical name."""
