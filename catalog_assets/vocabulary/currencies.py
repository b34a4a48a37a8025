"""Currencies: ISO 4217 codes, their decimals and decimal marks, and the symbols that stand for them.

Belongs here: codes, symbols and words as data. Does not belong here: reading prices (`standardized/prices.py`) and
exchange rates (a reference table).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Currency:
    """A currency: ISO 4217 code, English name, number of decimals, and the decimal mark customary where it is used."""

    code: str
    name: str
    decimals: int
    mark: Literal["point", "comma"]


_TWO = """
    AED UAE dirham|AFN Afghan afghani|ALL Albanian lek|AMD Armenian dram|ANG Antillean guilder|AOA Angolan kwanza|
    ARS Argentine peso|AUD Australian dollar|AWG Aruban florin|AZN Azerbaijani manat|BAM Convertible mark|
    BBD Barbadian dollar|BDT Bangladeshi taka|BGN Bulgarian lev|BMD Bermudian dollar|BND Brunei dollar|BOB Boliviano|
    BRL Brazilian real|BSD Bahamian dollar|BTN Bhutanese ngultrum|BWP Botswana pula|BYN Belarusian ruble|
    BZD Belize dollar|CAD Canadian dollar|CDF Congolese franc|CHF Swiss franc|CNY Chinese yuan|COP Colombian peso|
    CRC Costa Rican colon|CUP Cuban peso|CVE Cape Verdean escudo|CZK Czech koruna|DKK Danish krone|DOP Dominican peso|
    DZD Algerian dinar|EGP Egyptian pound|ERN Eritrean nakfa|ETB Ethiopian birr|EUR Euro|FJD Fijian dollar|
    FKP Falkland Islands pound|GBP Pound sterling|GEL Georgian lari|GHS Ghanaian cedi|GIP Gibraltar pound|
    GMD Gambian dalasi|GTQ Guatemalan quetzal|GYD Guyanese dollar|HKD Hong Kong dollar|HNL Honduran lempira|
    HTG Haitian gourde|HUF Hungarian forint|IDR Indonesian rupiah|ILS Israeli shekel|INR Indian rupee|IRR Iranian rial|
    JMD Jamaican dollar|KES Kenyan shilling|KGS Kyrgyzstani som|KHR Cambodian riel|KPW North Korean won|
    KYD Cayman Islands dollar|KZT Kazakhstani tenge|LAK Lao kip|LBP Lebanese pound|LKR Sri Lankan rupee|
    LRD Liberian dollar|LSL Lesotho loti|MAD Moroccan dirham|MDL Moldovan leu|MGA Malagasy ariary|MKD Macedonian denar|
    MMK Myanmar kyat|MNT Mongolian tugrik|MOP Macanese pataca|MRU Mauritanian ouguiya|MUR Mauritian rupee|
    MVR Maldivian rufiyaa|MWK Malawian kwacha|MXN Mexican peso|MYR Malaysian ringgit|MZN Mozambican metical|
    NAD Namibian dollar|NGN Nigerian naira|NIO Nicaraguan cordoba|NOK Norwegian krone|NPR Nepalese rupee|
    NZD New Zealand dollar|PAB Panamanian balboa|PEN Peruvian sol|PGK Papua New Guinean kina|PHP Philippine peso|
    PKR Pakistani rupee|PLN Polish zloty|QAR Qatari riyal|RON Romanian leu|RSD Serbian dinar|RUB Russian ruble|
    SAR Saudi riyal|SBD Solomon Islands dollar|SCR Seychellois rupee|SDG Sudanese pound|SEK Swedish krona|
    SGD Singapore dollar|SHP Saint Helena pound|SLE Sierra Leonean leone|SOS Somali shilling|SRD Surinamese dollar|
    SSP South Sudanese pound|STN Sao Tome dobra|SVC Salvadoran colon|SYP Syrian pound|SZL Swazi lilangeni|
    THB Thai baht|TJS Tajikistani somoni|TMT Turkmen manat|TOP Tongan pa'anga|TRY Turkish lira|
    TTD Trinidad and Tobago dollar|TWD New Taiwan dollar|TZS Tanzanian shilling|UAH Ukrainian hryvnia|USD US dollar|
    UYU Uruguayan peso|UZS Uzbekistani som|VES Venezuelan bolivar|WST Samoan tala|XCD East Caribbean dollar|
    YER Yemeni rial|ZAR South African rand|ZMW Zambian kwacha
"""
_NONE = """
    BIF Burundian franc|CLP Chilean peso|DJF Djiboutian franc|GNF Guinean franc|ISK Icelandic krona|JPY Japanese yen|
    KMF Comorian franc|KRW South Korean won|PYG Paraguayan guarani|RWF Rwandan franc|UGX Ugandan shilling|
    VND Vietnamese dong|VUV Vanuatu vatu|XAF Central African franc|XOF West African franc|XPF Pacific franc
"""
_THREE = """
    BHD Bahraini dinar|IQD Iraqi dinar|JOD Jordanian dinar|KWD Kuwaiti dinar|LYD Libyan dinar|OMR Omani rial|
    TND Tunisian dinar
"""
_COMMA = (
    "ALL AMD AOA ARS AZN BAM BGN BOB BRL BYN CLP COP CRC CVE CZK DKK DZD EUR GEL HUF IDR ISK KGS KZT LYD MAD MDL MKD "
    "MZN NOK PLN PYG RON RSD RUB SEK TJS TMT TND TRY UAH UYU UZS VES VND XAF XOF XPF"
)

CURRENCIES: dict[str, Currency] = {
    code: Currency(code, name, decimals, "comma" if code in _COMMA.split() else "point")
    for group, decimals in ((_TWO, 2), (_NONE, 0), (_THREE, 3))
    for code, name in (entry.strip().split(" ", 1) for entry in group.split("|"))
}
"""ISO code -> currency."""

SYMBOLS: dict[str, str] = {
    "€": "EUR",
    "£": "GBP",
    "US$": "USD",
    "U$S": "USD",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "SG$": "SGD",
    "NT$": "TWD",
    "MX$": "MXN",
    "R$": "BRL",
    "Rp": "IDR",
    "RM": "MYR",
    "₫": "VND",
    "฿": "THB",
    "₱": "PHP",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₪": "ILS",
    "₦": "NGN",
    "₸": "KZT",
    "₾": "GEL",
    "৳": "BDT",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "лв": "BGN",
    "руб": "RUB",
    "S/": "PEN",
    "SFr": "CHF",
    "Fr.": "CHF",
    "CN¥": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "円": "JPY",
    "원": "KRW",
    "บาท": "THB",
    "euro": "EUR",
    "euros": "EUR",
    "rupiah": "IDR",
    "ringgit": "MYR",
    "baht": "THB",
    "yen": "JPY",
}
"""Symbol or word -> the one currency it stands for; letters in any case, a longer symbol before a shorter one."""

AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "$": ("USD", "AUD", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD", "ARS", "UYU", "DOP"),
    "¥": ("JPY", "CNY"),
    "￥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "Rs": ("INR", "PKR", "LKR"),
    "dollar": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD"),
    "dollars": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD"),
    "pesos": ("MXN", "CLP", "COP", "ARS", "PHP", "UYU", "DOP", "CUP"),
}
"""Symbols of several currencies: they name none by themselves, the source's `currency` does."""

MAGNITUDE: dict[str, int] = {
    **dict.fromkeys(("IDR", "VND", "IRR", "LBP", "LAK"), 10_000),
    **dict.fromkeys(("KRW", "CLP", "COP", "PYG", "NGN", "KZT", "ARS", "CRC"), 1_000),
    **dict.fromkeys(("JPY", "HUF", "INR", "ISK", "RSD", "PKR", "PHP", "RUB", "KES", "EGP", "TWD", "THB", "TRY"), 100),
    **dict.fromkeys(("MXN", "CZK", "SEK", "NOK", "DKK", "ZAR", "UAH"), 10),
}
"""Roughly how many units buy what one dollar buys, as a power of ten; 1 for all others. For judging whether a price is
plausible at all, never for conversion."""
