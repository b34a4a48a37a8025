# ruff: noqa: E501 (word lists)
"""How the vocabulary is read in running text: which of its words do not count there, and what stands around them.

Belongs here: words and lists that only matter to enrichment rules, as data. Does not belong here: the values
themselves and their synonyms (`vocabulary/`), how sure a rule is (`priors.py`), and any code that reads text.
"""

from decimal import Decimal


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|"))


def _named(lines: str) -> dict[str, dict[str, str]]:
    """`dimension attribute: word | word` a line."""
    table: dict[str, dict[str, str]] = {}
    for line in lines.strip().splitlines():
        head, listed = line.split(":", 1)
        dimension, attribute = head.split()
        table.setdefault(dimension, {}).update(dict.fromkeys(_words(listed), attribute))
    return table


MEDIA = (
    "Films",
    "Music > CD",
    "Music > Vinyl & Cassette",
    "Books & Magazines",
    "Computers > Software & Games",
    "Gift Cards & Services",
)
"""Categories whose names are titles: "Red Dragon" says nothing about a colour."""

CONSUMED = (
    "Food & Drink",
    "Beauty & Health > Skin Care",
    "Beauty & Health > Hair Care",
    "Beauty & Health > Fragrances",
    "Beauty & Health > Health & Personal Hygiene",
)
"""Categories where a colour or a material is a flavour, a scent or an ingredient: "Orange juice", "Gold Dior"."""

WORN = ("Fashion", "Shoes", "Jewellery & Watches")
SCREENS = (
    "Electronics > TV & Home Cinema > Televisions",
    "Computers > Laptops",
    "Computers > Desktops & Servers",
    "Computers > Tablets",
    "Computers > Monitors",
    "Phones > Mobile Phones",
    "Electronics > Wearables",
)
MEMORIES = (
    "Computers > Storage",
    "Computers > Laptops",
    "Computers > Tablets",
    "Computers > Desktops & Servers",
    "Phones > Mobile Phones",
    "Electronics > Audio > Players & Hi-Fi",
)
DRINKS = ("Beauty & Health > Fragrances", "Food & Drink > Drinks")
LIQUIDS = ("Beauty & Health > Skin Care", "Beauty & Health > Hair Care", "Home > Cleaning & Household")
SOLIDS = ("Food & Drink > Food", "Food & Drink > Coffee & Tea")
"""Where an ounce is a volume, probably a volume, and a weight; in other categories it probably is a weight."""
CABLES = ("Electronics > Power & Cables",)

ONLY_IN: dict[str, tuple[str, ...]] = {
    "size": (*WORN, "Sports", "Bicycles", "Pets", "Toys & Baby > Baby Care"),
    "gender": (*WORN, "Beauty & Health", "Sports", "Bicycles", "Toys & Baby"),
    "age_group": (*WORN, "Toys & Baby", "Sports", "Bicycles", "Home > Bedding & Textiles"),
    "pattern": (*WORN, "Home", "Pets", "Office", "Phones > Phone Accessories"),
    "season": (*WORN, "Home > Bedding & Textiles", "Automotive & Motorcycle"),
    "format": MEDIA,
    "operating_system": (*SCREENS, "Electronics > TV & Home Cinema > Media Players"),
    "resolution": ("Electronics", "Computers", "Phones"),
    "screen_size": SCREENS,
    "refresh_rate": (*SCREENS, "Electronics > TV & Home Cinema"),
    "ram": ("Computers", "Phones", "Electronics"),
    "storage": ("Computers", "Phones", "Electronics"),
}
"""Attribute -> the categories (or levels above them) in whose products rules look for it; not named: all."""

NOT_IN: dict[str, tuple[str, ...]] = {
    "color": (*MEDIA, *CONSUMED, "Home > Cleaning & Household"),
    "material": (*MEDIA, *CONSUMED, "Home > Cleaning & Household", "Office > Office Supplies"),
    "ram": ("Computers > Software & Games", "Computers > Storage"),
    "storage": ("Computers > Software & Games",),
    "resolution": ("Computers > Software & Games",),
    "power": (*MEDIA, *WORN, *CONSUMED),
    "voltage": (*MEDIA, *WORN, *CONSUMED),
    "waterproof": MEDIA,
    "wireless": (*MEDIA, *WORN, *CONSUMED),
    "condition": MEDIA,
    "pack_count": MEDIA,
    "weight": (*MEDIA, "Office > Office Supplies", "Computers > Printers & Ink"),
    "volume": MEDIA,
    "length": MEDIA,
    "width": MEDIA,
    "height": MEDIA,
    "depth": MEDIA,
    "battery_capacity": MEDIA,
}
"""Attribute -> categories in whose products rules do not look for it."""

JEWELLERY = ("Jewellery & Watches > Jewellery",)
"""Where "gold" and "silver" are the material; elsewhere they are the colour."""

ONLY_WITH_CATEGORY: dict[str, str] = {"vinyl": "material"}
"""Words whose meaning for this attribute counts only where the category is known: else "vinyl" is a record."""

FOR = ("for", "compatible with", "fits", "para", "untuk", "für", "fur", "pour", "cho", "passend für", "works with")
"""Words in a name behind which stands what the product is made for: "sleeve for 15.6-inch laptop"."""

NOT_WORDS: frozenset[str] = frozenset(
    {
        # names of people, places and brands, or words that mean something else in another language
        "beach", "marun", "nero", "rojo vivo", "braun", "viola", "rot", "vert", "grand", "chico", "chica", "modal",
        "eva", "lona", "seta", "seda", "carta", "ferro", "fer", "platin", "titan", "glas", "lana", "rame", "zinc",
        "caro", "lisa", "liso", "estate", "kinder", "anak", "nam", "donna", "dama", "gents", "graphic", "abstract",
        "couleur", "uni", "nova", "neu", "linux", "windows", "android", "ios", "ubuntu", "cd", "hd", "cobre", "plata",
        "chrome", "cobalt", "cyan", "various", "assorted", "rainbow", "clear", "multi", "nude", "brass", "copper",
        "bronze", "kraft", "carton", "cardboard", "cloth", "fabric", "textile", "metal", "kaca", "pierre", "mousse",
        "titane", "papel", "papier", "tela", "kain", "baja", "kayu", "piedra", "cristal", "porcelaine", "titanio",
        "oro", "argento", "argent", "bianco", "blanc", "noir", "rosso", "rouge", "negra", "negro", "azul", "verde",
        "summer", "winter", "autumn", "sommer", "verano", "invierno", "cartoon", "slogan", "printed", "zebra",
        "damaged", "vga", "plastic", "rubber", "wood", "glass", "wooden", "platinum", "titanium", "charcoal",
        "graphite", "mustard", "mocha", "cognac", "lavender", "aqua", "olive", "kaki", "adult", "adults", "child",
        "teen", "teens", "teenager", "refurb", "unisex adult", "bamboo", "female", "male",
    }
)  # fmt: skip
"""Words that count where they fill a part of a name or stand behind a label, but not in running text (beside the
vocabulary's `CELL_ONLY`)."""

PHRASES: dict[str, str] = {
    "made of": "material",
    "made from": "material",
    "made out of": "material",
    "crafted from": "material",
    "crafted of": "material",
    "constructed of": "material",
    "100%": "material",
    "size": "size",
}
"""Words that make the word after them a value of an attribute, without a colon."""

NOT_SEGMENTS: frozenset[str] = frozenset(
    _words(
        "or | be | da | he | she | her | him | all | both | s | m | l | x | os | tu | ss | aw | fw | mc | hd | pc | pe | pp | lead | rom | new | version | man | lady | used"
    )
)
"""Words that do not count even where they fill a part of a name; behind a label they do."""

DECOYS: tuple[str, ...] = (
    # food and drink
    "orange juice", "orange marmalade", "orange peel", "orange oil", "blood orange", "brown rice", "brown sugar",
    "black pepper", "black tea", "black beans", "black bean", "black garlic", "black cumin", "black forest",
    "green tea", "green beans", "green curry", "green apple", "green peas", "white tea", "white wine", "red wine",
    "white rice", "white chocolate", "white vinegar", "white bread", "red pepper", "red rice", "blue cheese",
    "purple yam", "pink salt", "pink grapefruit", "yellow mustard", "golden syrup", "golden raisins", "white musk",
    "black label", "red label", "blue label", "gold label", "black currant", "red curry", "white oak",
    # names and titles
    "red bull", "red hat", "red hot", "red sox", "red wings", "blue jays", "white sox", "green bay", "black friday",
    "black & decker", "black and decker", "black+decker", "black decker", "black sabbath", "black eyed", "black flag",
    "black crowes", "black keys", "black diamond", "black box", "black hawk", "black rapid", "blackhawks", "black ops",
    "blue man", "blue note", "blue ray", "blue parrott", "blue microphones", "blue coat", "blue light", "anti blue",
    "blue-light", "green day", "green lantern", "greenlee", "pink floyd", "deep purple", "white stripes", "whitesnake",
    "white noise", "white zombie", "snow white", "barry white", "betty white", "jack white", "frank white", "red dead",
    "simply red", "yellow pages", "silver surfer", "silver spring", "code red", "infra red", "infra-red", "red eye",
    "red-eye", "red light", "green light", "yellow light", "white light", "white led", "blue led", "red led",
    "white balance", "white board", "black level", "black light", "blackout", "white box", "green laser", "red laser",
    "yellow tail", "tan machine", "self tan", "navy seal", "old navy", "navy federal", "purple heart", "purple rain",
    "green mountain", "green works", "green giant", "white stag", "white rain", "violet blue", "brown noise",
    "james brown", "chris brown", "charlie brown", "bobby brown", "jackie brown", "ray brown", "black swan",
    "warm white", "cool white", "soft white", "bright white", "daylight white", "pure white light",
    # people in titles and sizes of groups
    "men in black", "x-men", "x men", "mad men", "iron man", "wonder woman", "women of", "men of", "boys of",
    "beach boys", "backstreet boys", "pet shop boys", "boy scout", "girl scout", "spice girls", "gilmore girls",
    "golden girls", "mean girls", "women and men", "men and women", "women & men", "men & women", "women/men",
    "men/women", "women men", "men women", "women, men", "boys and girls", "boys & girls", "girls and boys",
    "girls & boys", "boys girls", "girls boys", "unlike men",
    # materials of something else
    "leather cleaner", "leather conditioner", "leather care", "stainless steel cleaner", "steel wool", "rock wool",
    "glass wool", "mineral wool", "cotton swab", "cotton swabs", "cotton pads", "cotton pad", "cotton candy",
    "cotton buds", "cotton ball", "cotton balls", "silk road", "silk screen", "silk touch", "linen spray",
    "linen closet", "fresh linen", "clean cotton", "silicone spray", "leather seats", "leather look", "leather-look",
    "like leather", "nylon brush", "denim blue", "for leather", "silk effect", "ceramic coating", "acrylic paint",
    "acrylic paints", "acrylic nail", "acrylic nails", "canvas print", "canvas prints", "wool wash", "wool dryer",
    "paper towel", "aluminum foil", "aluminium foil", "silver plated", "gold plated", "silver-plated", "gold-plated",
    "cashmere mist", "velvet underground", "velvet revolver", "suede brush", "fleece lined", "wool blend",
    "cotton blend", "silk blend", "linen blend", "cashmere blend",
    # flags that are denied, or belong to something else
    "not waterproof", "non waterproof", "non-waterproof", "no waterproof", "waterproofing", "waterproof case",
    "waterproof bag", "non wireless", "non-wireless", "not wireless", "wireless plan", "verizon wireless",
    "at&t wireless", "us wireless", "wireless service", "wireless ready", "wireless-ready", "for wireless",
    # machines for a format, and discs that hold nothing yet
    "cd player", "cd players", "dvd player", "dvd players", "dvd recorder", "dvd burner", "dvd writer", "dvd drive",
    "dvd-rom", "dvd rom", "cd-rom", "cd rom", "cd changer", "cd/dvd", "dvd/cd", "dvd/vcr", "vcr/dvd", "cd storage",
    "dvd storage", "cd case", "dvd case", "cd receiver", "cd deck", "cd burner", "cd recorder", "blu-ray player",
    "blu-ray disc player", "blu-ray drive", "blu-ray writer", "blu-ray burner", "vhs player", "cassette player",
    "cassette adapter", "cassette deck", "cd radio", "cd boombox", "dvd combo", "dvd home", "cd-r", "cd-rw", "dvd-r",
    "dvd-rw", "dvd+r", "dvd+rw", "dvd-ram", "bd-r", "bd-re", "cd labels", "dvd labels", "cd/mp3", "vinyl siding",
    "vinyl flooring", "vinyl decal", "vinyl sticker", "vinyl figure", "vinyl cutter", "vinyl gloves",
)  # fmt: skip
"""Phrases that contain a word of the vocabulary and do not say what it would say alone."""

NOT_UNITS: frozenset[str] = frozenset(
    _words(
        "# | t | ton | tons | tonne | tonnes | pfund | once | onces | onza | onzas | unze | unzen | libra | "
        "libras | livre | livres | ct | ctw | cttw | carat | carats | karat | chilo | cc | cm3 | pt | pint | "
        "pints | cf | in3 | ft3 | m3 | cbm | um | micron | microns | km | kms | mt | mts | ins | inche | inchs | "
        "pie | pies | pied | pieds | ' | ’ | ′ | yd | yd. | yds | yard | yards | kb | kib | mb | mib | megabyte | "
        "megabytes | g | gig | gigs | meg | mo | go | to | mg | mgs | mw | hp | horsepower | v~ | ma | y | an | "
        "ans | ano | anno | anni | mes | mese | mesi | mois | mos | mth | mths | lb. | oz. | ft. | in. | cm. | "
        "gal. | v. | mv | kv | khz | mhz | ghz | day | days | tag | tage | tagen | jour | jours | dia | "
        "dias | hari | week | weeks | wk | wks | semana | semanas | minggu | lt | lts | gm | gms"
    )
)
"""Spellings of units that mean too many other things in running text, by spelling; "g" stays for grams."""

GRAM_SPELLINGS: frozenset[str] = frozenset({"g"})

COMPARED_WITH: frozenset[str] = frozenset(
    _words(
        "up to | max | max. | maximum | min | min. | minimum | over | under | from | for | fits | fit | per | every | to | "
        "supports | support | compatible with | than | within | at least | less than | more than | holds | hasta | para | "
        "untuk | bis | ab"
    )
)
"""Words before a quantity that make it a limit or another product's: it is not this product's value."""

BEFORE: dict[str, dict[str, str]] = _named(
    """
    data ram: ram | memory | system memory | installed ram
    data storage: ssd | hdd | storage | internal storage | hard drive | storage capacity | rom | internal memory | flash
    length screen_size: screen size | display size | screen | display | diagonal
    length length: length | cable length | overall length
    length width: width | overall width
    length height: height | overall height
    length depth: depth | overall depth | thickness
    mass weight: weight | net weight | net wt | net wt. | item weight | product weight | weighs | peso neto | netto
    volume volume: volume | net volume | capacity | contents | isi bersih | contenido
    power power: power | wattage | rated power | power output | output power | power consumption | potencia
    voltage voltage: voltage | rated voltage | operating voltage | voltaje
    charge battery_capacity: battery | battery capacity | capacity
    frequency refresh_rate: refresh rate | screen refresh rate
    duration warranty: warranty | warranty period | guarantee | garantie | garantía | garantia | garansi
    """
)
"""Dimension -> words before a quantity that say which attribute it is."""

AFTER: dict[str, dict[str, str]] = _named(
    """
    data ram: ram | memory | ddr | ddr2 | ddr3 | ddr3l | ddr4 | ddr5 | lpddr3 | lpddr4 | lpddr4x | lpddr5 | lpddr5x
    data ram: sdram | system memory | unified memory | dimm | so-dimm | sodimm
    data storage: ssd | hdd | storage | rom | emmc | ufs | nvme | pcie | m.2 | flash | flash drive | flash memory
    data storage: hard drive | hard disk | internal storage | internal memory | internal | external | portable | usb
    data storage: usb 2.0 | usb 3.0 | usb flash | microsd | microsdhc | microsdxc | micro sd | sdhc | sdxc | sd card
    data storage: memory card | memory stick | sata | solid state | serial ata | mp3 player | mp3 | compactflash
    length screen_size: screen | display | monitor | tv | hdtv | smart tv | television | laptop | notebook | tablet
    length screen_size: class | lcd | led | oled | qled | uled | plasma | ips | touchscreen | touch screen | fhd | uhd
    length screen_size: 4k | full hd | hd | widescreen | flat-panel | diagonal | diag | retina | amoled | super amoled
    length screen_size: lcd tv | led tv | lcd monitor | led monitor | macbook | led-lcd | curved | gaming monitor
    length width: wide | width | w
    length length: long | length | l | cable | cord | usb cable | hdmi cable | ethernet cable | hose | rope
    length length: extension cord | patch cable
    length height: high | tall | height | h
    length depth: deep | depth | d | thick | thickness
    mass weight: net weight | net wt | net | weight
    power power: power | max power
    voltage voltage: battery | cordless | lithium | lithium-ion
    charge battery_capacity: battery | power bank | lithium
    frequency refresh_rate: refresh rate | refresh
    duration warranty: warranty | guarantee | limited warranty | manufacturer warranty | manufacturer's warranty
    duration warranty: parts warranty | garantie | garantía | garantia | garansi | garanzia
    """
)
"""Dimension -> words after a quantity that say which attribute it is."""

BELIEVED: dict[str, tuple[Decimal, Decimal]] = {
    "power": (Decimal("0.1"), Decimal(20_000)),
    "voltage": (Decimal("0.5"), Decimal(1_000)),
    "length": (Decimal("0.1"), Decimal(15_000)),
    "screen_size": (Decimal("0.5"), Decimal(150)),
    "refresh_rate": (Decimal(24), Decimal(600)),
    "storage": (Decimal("0.01"), Decimal(200_000)),
    "ram": (Decimal("0.01"), Decimal(4_096)),
    "pack_count": (Decimal(1), Decimal(10_000)),
}
"""Attribute -> the range believed of a number in running text, in the canonical unit: "38644w" is a part number."""

NOT_AFTER: dict[str, tuple[str, ...]] = {
    "data": _words("cache | buffer | vram | graphics | video | gddr | gddr3 | gddr5 | gddr6 | gddr6x | gpu | l2 | l3 | ps | "
                   "sas | fc | ethernet | data | plan | fibre | nic | transfer"),
    "length": _words("lens | zoom | f | nozzle | hole | inseam | heel | from | pile | drop | pitch"),
    "mass": _words("protein | sugar | sugars | fat | carbs | carbohydrates | fiber | fibre | caffeine | sodium | capacity | "
                   "load | max | maximum | user | of | gsm | per | gold | silver | dose | force"),
    "volume": _words("engine | per | of"),
    "power": _words("equivalent | equiv | eq | replacement | equal | us"),
    "voltage": _words("outlet | dryer | line"),
    "frequency": _words("power | ac"),
    "duration": _words("old | ago"),
}  # fmt: skip
"""Dimension -> words after a quantity that make it something else: "8MB cache", "20 g protein", "60W equivalent"."""
