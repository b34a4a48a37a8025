"""Units of measurement: one canonical unit a dimension, and exact factors to it.

Belongs here: spellings of units and how they convert, as data, with the two small look-ups over them. Does not belong
here: reading numbers out of text (`standardized/units.py`), and which attribute is measured in what (`attributes.py`).

Factors are exact decimals (NIST SP 811, appendix B). Two are conventions of the trade rather than of physics, and are
the same everywhere here: 1 GB is 1024 MB (memory is sold as 512 MB or 0.5 GB), 1 TB is 1000 GB (so drives are sold); a
month is the twelfth part of a year, and 30 days. A duration is what a contract or a season lasts (months), a time what
a clock measures (seconds).
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Unit:
    """A unit: its canonical spelling, its dimension, how many canonical units one of it is, and other spellings.

    Aliases are lower case; a spelling is looked up in lower case within a dimension ("m" is metre or month). `offset`
    is added before the factor is applied: only scales of temperature have one, whose zeros differ.
    """

    symbol: str
    dimension: str
    factor: Decimal
    aliases: tuple[str, ...]
    offset: Decimal = Decimal(0)


CANONICAL: dict[str, str] = {
    "mass": "g",
    "volume": "ml",
    "length": "cm",
    "data": "GB",
    "power": "W",
    "voltage": "V",
    "charge": "mAh",
    "frequency": "Hz",
    "duration": "month",
    "time": "s",
    "area": "m2",
    "temperature": "°C",
    "count": "pc",
}
"""Dimension -> the unit whose factor is 1."""

_UNITS: tuple[tuple[str, str, str, str], ...] = (
    # dimension, symbol, factor, aliases separated by '|'
    ("mass", "mg", "0.001", "mg|mgs|milligram|milligrams|milligramme|milligramm"),
    (
        "mass",
        "g",
        "1",
        "g|gr|grs|gm|gms|gram|grams|gramme|grammes|gramm|gramo|gramos|grama|gramas|grammo|grammi|กรัม|克|公克",
    ),
    (
        "mass",
        "kg",
        "1000",
        "kg|kgs|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes|kilogramm|kilogramo|kilogramos|quilo|quilos|"
        "quilograma|chilo|chilogrammi|กก|กก.|กิโลกรัม|公斤|千克",
    ),
    ("mass", "t", "1000000", "t|ton|tonne|tonnes|tons"),
    ("mass", "oz", "28.349523125", "oz|oz.|ozs|ounce|ounces|onza|onzas|unze|unzen|once|onces"),
    ("mass", "lb", "453.59237", "lb|lb.|lbs|lbs.|#|pound|pounds|libra|libras|livre|livres|pfund"),
    ("mass", "ct", "0.2", "ct|ctw|cttw|carat|carats|karat"),
    (
        "volume",
        "ml",
        "1",
        "ml|mls|cc|cm3|cm³|millilitre|milliliter|millilitres|milliliters|mililitro|mililitros|มล|มล.|毫升",
    ),
    ("volume", "cl", "10", "cl|centilitre|centiliter|centilitres|centiliters"),
    ("volume", "dl", "100", "dl|decilitre|deciliter"),
    (
        "volume",
        "l",
        "1000",
        "l|lt|lts|ltr|ltrs|litre|litres|liter|liters|litro|litros|litri|lít|ลิตร|公升|升",
    ),
    ("volume", "m3", "1000000", "m3|m³|cbm|cubic metre|cubic meter|cubic metres|cubic meters"),
    (
        "volume",
        "fl oz",
        "29.5735295625",
        "fl oz|fl. oz|fl. oz.|fl.oz|fl.oz.|floz|fluid ounce|fluid ounces|fluid oz|oz|oz.|ozs|ounce|ounces",
    ),
    ("volume", "pt", "473.176473", "pt|pint|pints"),
    ("volume", "qt", "946.352946", "qt|qts|quart|quarts"),
    ("volume", "gal", "3785.411784", "gal|gal.|gals|gallon|gallons|galón|galones"),
    ("volume", "cu in", "16.387064", "cu in|cu. in.|cu.in.|in3|in³|cubic inch|cubic inches"),
    ("volume", "cu ft", "28316.846592", "cu ft|cu. ft.|cu.ft.|cuft|cf|ft3|ft³|cubic foot|cubic feet"),
    ("length", "um", "0.0001", "um|µm|μm|micron|microns|micrometer|micrometre"),
    (
        "length",
        "mm",
        "0.1",
        "mm|mms|millimetre|millimeter|millimetres|millimeters|milímetro|milímetros|มม|มม.|毫米|公釐",
    ),
    (
        "length",
        "cm",
        "1",
        "cm|cms|cm.|centimetre|centimeter|centimetres|centimeters|centímetro|centímetros|centimètre|centimètres|"
        "zentimeter|ซม|ซม.|厘米|公分",
    ),
    ("length", "m", "100", "m|mtr|mtrs|mt|mts|metre|meter|metres|meters|metro|metros|mètre|mètres|เมตร|米|公尺"),
    ("length", "km", "100000", "km|kms|kilometre|kilometer|kilometres|kilometers|kilómetro|kilómetros"),
    (
        "length",
        "in",
        "2.54",
        "in|in.|ins|inch|inches|inche|inchs|inci|inç|zoll|pouce|pouces|pulgada|pulgadas|pulg|polegada|polegadas|"
        "pollice|pollici|\"|''|”|“|″|นิ้ว|吋|英寸|英吋|寸",
    ),
    ("length", "ft", "30.48", "ft|ft.|foot|feet|'|’|′|pie|pies|pied|pieds|英尺|呎"),
    ("length", "yd", "91.44", "yd|yd.|yds|yard|yards"),
    ("data", "KB", "0.00000095367431640625", "kb|kib|kilobyte|kilobytes"),
    ("data", "MB", "0.0009765625", "mb|mib|megabyte|megabytes|meg|mo"),
    ("data", "GB", "1", "gb|gib|g|gig|gigs|gigabyte|gigabytes|go"),
    ("data", "TB", "1000", "tb|tib|t|terabyte|terabytes|to"),
    ("power", "mW", "0.001", "mw|milliwatt|milliwatts"),
    ("power", "W", "1", "w|watt|watts|vatios|vatio|wat|วัตต์|瓦|瓦特"),
    ("power", "kW", "1000", "kw|kilowatt|kilowatts"),
    ("power", "hp", "745.69987158227022", "hp|horsepower"),
    ("voltage", "mV", "0.001", "mv|millivolt|millivolts"),
    ("voltage", "V", "1", "v|v.|vac|vdc|volt|volts|voltios|voltio|v ac|v dc|v~|โวลต์|伏|伏特"),
    ("voltage", "kV", "1000", "kv|kilovolt|kilovolts"),
    ("charge", "mAh", "1", "mah|ma|milliamp hour|milliamp hours|milliampere hour|milliampere-hour|毫安|毫安時|毫安时"),
    ("charge", "Ah", "1000", "ah|amp hour|amp hours|amp-hour|amp-hours|ampere hour|ampere hours"),
    ("frequency", "Hz", "1", "hz|hertz"),
    ("frequency", "kHz", "1000", "khz|kilohertz"),
    ("frequency", "MHz", "1000000", "mhz|megahertz"),
    ("frequency", "GHz", "1000000000", "ghz|gigahertz"),
    (
        "duration",
        "month",
        "1",
        "month|months|mo|mos|mth|mths|monat|monate|monaten|mois|mes|meses|mês|mese|mesi|bulan|tháng|เดือน|個月|个月|月",
    ),
    (
        "duration",
        "year",
        "12",
        "year|years|yr|yrs|y|jahr|jahre|jahren|an|ans|année|années|año|años|ano|anos|anno|anni|tahun|năm|ปี|年",
    ),
    ("duration", "week", "7/30", "week|weeks|wk|wks|woche|wochen|semana|semanas|minggu"),
    ("duration", "day", "1/30", "day|days|tag|tage|tagen|jour|jours|día|días|dia|dias|hari|ngày|วัน|天|日"),
    ("time", "ms", "0.001", "ms|msec|msecs|millisecond|milliseconds|millisekunde|millisekunden"),
    ("time", "s", "1", "s|sec|secs|sec.|second|seconds|sekunde|sekunden|seconde|secondes|segundo|segundos|detik|秒"),
    ("time", "min", "60", "min|mins|min.|minute|minutes|minuten|minuto|minutos|minuti|menit|phút|นาที|分钟|分鐘"),
    (
        "time",
        "h",
        "3600",
        "h|hr|hrs|hr.|hour|hours|std|stunde|stunden|heure|heures|hora|horas|ora|ore|jam|giờ|ชั่วโมง|小时|小時",
    ),
    ("area", "mm2", "0.000001", "mm2|mm²|sq mm|sq. mm|square millimeter|square millimeters|square millimetres"),
    ("area", "cm2", "0.0001", "cm2|cm²|sq cm|sq. cm|sqcm|square centimeter|square centimeters|square centimetres"),
    (
        "area",
        "m2",
        "1",
        "m2|m²|qm|sqm|sq m|sq. m|sq. m.|square meter|square meters|square metre|square metres|quadratmeter|mètre carré|"
        "mètres carrés|metro cuadrado|metros cuadrados|meter persegi|ตารางเมตร|平方米",
    ),
    ("area", "ha", "10000", "ha|hectare|hectares|hektar|hectárea|hectáreas"),
    ("area", "sq in", "0.00064516", "sq in|sq. in|sq. in.|sq.in.|sqin|in2|in²|square inch|square inches"),
    ("area", "sq ft", "0.09290304", "sq ft|sq. ft|sq. ft.|sq.ft.|sqft|ft2|ft²|square foot|square feet"),
    ("area", "sq yd", "0.83612736", "sq yd|sq. yd|sq. yd.|sqyd|yd2|yd²|square yard|square yards"),
    ("area", "acre", "4046.8564224", "ac|acre|acres"),
    (
        "temperature",
        "°C",
        "1",
        "°c|℃|º c|ºc|° c|c|celsius|degrees celsius|degree celsius|deg c|grad celsius|grad|摄氏度",
    ),
    ("temperature", "°F", "5/9", "°f|℉|ºf|º f|° f|f|fahrenheit|degrees fahrenheit|degree fahrenheit|deg f|华氏度"),
    ("temperature", "K", "1", "k|kelvin"),
    (
        "count",
        "pc",
        "1",
        "pc|pcs|pc.|pcs.|piece|pieces|ea|ea.|each|unit|units|item|items|ct|count|stk|stk.|stück|pièce|pièces|pieza|piezas|"
        "unidad|unidades|peça|peças|pezzo|pezzi|buah|biji|cái|chiếc|ชิ้น|个|個|件",
    ),
    ("count", "pair", "2", "pair|pairs|pr|prs|paar|paire|paires|par|pares|paio|paia|pasang|คู่|双|雙"),
    ("count", "dozen", "12", "dozen|dozens|dz|doz|doz.|dutzend|douzaine|docena|dúzia|dozzina|lusin|โหล|打"),
    ("count", "gross", "144", "gross|grosses"),
)

_OFFSETS: dict[str, Decimal] = {"°F": Decimal(-32), "K": Decimal("-273.15")}
"""What is added to a temperature before its factor makes it one in °C."""


def _exact(text: str) -> Decimal:
    """A factor as written; a fraction is divided to 28 digits."""
    above, _, below = text.partition("/")
    return Decimal(above) / Decimal(below or 1)


UNITS: tuple[Unit, ...] = tuple(
    Unit(symbol, dimension, _exact(factor), tuple(aliases.split("|")), _OFFSETS.get(symbol, Decimal(0)))
    for dimension, symbol, factor, aliases in _UNITS
)
"""Every unit. Only weeks, days and °F have a factor that does not end (28 digits are kept)."""

BY_SYMBOL: dict[str, Unit] = {unit.symbol: unit for unit in UNITS}

SPELLINGS: dict[tuple[str, str], Unit] = {(unit.dimension, alias): unit for unit in UNITS for alias in unit.aliases}
"""(dimension, lower-case spelling) -> unit."""


def dimension_of(symbol: str) -> str:
    """The dimension of a unit's canonical spelling; KeyError if there is no such unit."""
    return BY_SYMBOL[symbol].dimension


def factor(from_symbol: str, to_symbol: str) -> Decimal:
    """How many `to` units one `from` unit is. Raises ValueError where the two measure different things, or where zero
    of one is not zero of the other (`conversion` is for these)."""
    times, plus = conversion(from_symbol, to_symbol)
    if plus:
        raise ValueError(f"{from_symbol} and {to_symbol} have different zeros: no factor alone converts them")
    return times


def conversion(from_symbol: str, to_symbol: str) -> tuple[Decimal, Decimal]:
    """What a value in `from` units is multiplied by, and what is then added, to have it in `to` units.

    Raises ValueError where the two measure different things.
    """
    one, other = BY_SYMBOL[from_symbol], BY_SYMBOL[to_symbol]
    if one.dimension != other.dimension:
        raise ValueError(f"{from_symbol} is {one.dimension}, {to_symbol} is {other.dimension}: they do not convert")
    times = one.factor / other.factor
    return times, one.offset * times - other.offset
