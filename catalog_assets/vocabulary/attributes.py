# ruff: noqa: E501 (word lists)
"""The attributes of products: what they are called, what kind of value they have, and which values there are.

Belongs here: names, kinds, canonical units, suppliers' words for names and values in several languages, as data. Does
not belong here: finding a value in a text (enrichment rules), or reading one (`standardized/attributes.py`).

All aliases and synonyms are compared in lower case with folded white space. A choice's list is open: a value that is
not in it is kept as cleaned text.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Kind = Literal["choice", "quantity", "count", "text", "flag"]


@dataclass(frozen=True)
class Attribute:
    """One attribute.

    `unit` is the canonical unit of a quantity, `aliases` what suppliers call it, `values` canonical choice -> synonyms
    (the canonical word itself need not be repeated), `low` and `high` the plausible range in the canonical unit,
    `decimals` how many decimals of a quantity are kept after conversion, and `bare` whether the trade writes the bare
    number, without a unit, for the canonical unit (a screen of 43 is 43 inches; a weight of 43 may be anything).
    """

    name: str
    kind: Kind
    unit: str | None = None
    aliases: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    low: Decimal | None = None
    high: Decimal | None = None
    decimals: int = 4
    bare: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split("|") if word.strip())


def _choices(lines: str) -> dict[str, tuple[str, ...]]:
    """`Canonical: synonym | synonym` a line."""
    pairs = (line.split(":", 1) for line in lines.strip().splitlines())
    return {name.strip(): _words(synonyms) for name, synonyms in pairs}


COLORS = _choices(
    """
    Black: blk | bk | jet black | true black | midnight black | matte black | schwarz | noir | noire | negro | negra | preto | preta | nero | nera | hitam | đen | màu đen | ดำ | สีดำ | 黑 | 黑色 | zwart | czarny | svart
    White: wht | wh | off white | off-white | snow white | weiß | weiss | blanc | blanche | blanco | blanca | branco | branca | bianco | bianca | putih | trắng | màu trắng | ขาว | สีขาว | 白 | 白色 | wit | biały | vit
    Gray: grey | light gray | light grey | dark gray | dark grey | space gray | space grey | charcoal | slate | heather gray | heather grey | grau | gris | cinza | grigio | abu | abu-abu | kelabu | xám | màu xám | เทา | สีเทา | 灰 | 灰色 | grijs | graphite | anthracite
    Silver: slv | silver tone | silber | argent | argenté | plateado | plata | prata | argento | perak | bạc | màu bạc | เงิน | สีเงิน | 銀 | 銀色 | 银色 | chrome
    Gold: golden | gold tone | yellow gold | or | doré | dorado | oro | dourado | emas | vàng kim | ทอง | สีทอง | 金 | 金色
    Rose Gold: rosegold | rosé gold | rose golden | or rose | oro rosa | roségold
    Red: rd | dark red | bright red | wine red | scarlet | crimson | rot | rouge | rojo | roja | vermelho | vermelha | rosso | rossa | merah | đỏ | màu đỏ | แดง | สีแดง | 紅 | 红 | 紅色 | 红色 | rood | czerwony | röd
    Burgundy: bordeaux | maroon | wine | oxblood | guinda | vino | marun
    Orange: naranja | laranja | arancione | jingga | oren | oranye | cam | màu cam | ส้ม | สีส้ม | 橙 | 橙色 | oranje
    Yellow: ylw | light yellow | mustard | gelb | jaune | amarillo | amarilla | amarelo | amarela | giallo | kuning | vàng | màu vàng | เหลือง | สีเหลือง | 黃 | 黄 | 黃色 | 黄色 | geel
    Green: grn | light green | dark green | army green | forest green | lime green | mint green | mint | lime | grün | vert | verte | verde | hijau | xanh lá | xanh lá cây | เขียว | สีเขียว | 綠 | 绿 | 綠色 | 绿色 | groen | zielony
    Olive: olive green | oliva | army
    Blue: blu | light blue | dark blue | royal blue | sky blue | baby blue | royal | blau | bleu | bleue | azul | biru | xanh dương | xanh | màu xanh | ฟ้า | น้ำเงิน | สีฟ้า | สีน้ำเงิน | 藍 | 蓝 | 藍色 | 蓝色 | blauw | cobalt | denim blue
    Navy: navy blue | marine | bleu marine | azul marino | marinho | dongker | xanh navy | กรม | กรมท่า
    Turquoise: teal | aqua | cyan | türkis | turquesa | turquoise blue | tosca | aquamarine
    Purple: violet | lavender | lilac | plum | lila | violett | violet foncé | morado | morada | púrpura | roxo | viola | ungu | tím | màu tím | ม่วง | สีม่วง | 紫 | 紫色 | paars
    Pink: light pink | hot pink | baby pink | dusty pink | fuchsia | fuschia | magenta | rosa | rose | rosado | rosada | merah jambu | merah muda | hồng | màu hồng | ชมพู | สีชมพู | 粉 | 粉色 | 粉紅 | 粉红 | 粉紅色 | roze
    Brown: brn | dark brown | light brown | coffee brown | chocolate | tan | cognac | mocha | braun | marron | brun | marrón | café | castaño | marrom | marrone | coklat | cokelat | cokla | nâu | màu nâu | น้ำตาล | สีน้ำตาล | 棕 | 棕色 | 咖啡色 | bruin
    Beige: cream | ivory | sand | nude | taupe | apricot | camel | creme | crème | crema | krem | be | màu be | ครีม | สีครีม | 米色 | 杏色
    Khaki: kaki | caqui | 卡其 | 卡其色
    Bronze: copper | brass | bronce | cobre | perunggu | antique bronze
    Clear: transparent | translucent | transparente | durchsichtig | trasparente | bening | trong suốt | ใส | 透明 | no color
    Multicolor: multi | multi-color | multi-colour | multicolour | multi color | multi colour | multicolored | multicoloured | colorful | colourful | assorted | assorted colors | various | rainbow | mehrfarbig | bunt | multicolore | multicolorido | warna-warni | multi warna | aneka warna | nhiều màu | หลากสี | 多色 | 彩色
    """
)

SIZES = _choices(
    """
    XXS: 2xs | xx-small | xxsmall | extra extra small
    XS: x-small | xsmall | extra small | extra-small | xs (x-small)
    S: small | sm | klein | petit | pequeño | pequeña | chico | chica | pequeno | kecil | nhỏ
    M: medium | med | mittel | moyen | mediano | mediana | médio | sedang | vừa
    L: large | lg | lrg | groß | gross | grand | grande | besar | lớn
    XL: x-large | xlarge | extra large | extra-large | xlg | extra grande
    XXL: 2xl | xx-large | xxlarge | 2x | 2x-large | 2xlarge
    3XL: xxxl | 3x | xxx-large | 3x-large | 3xlarge
    4XL: xxxxl | 4x | 4x-large
    5XL: xxxxxl | 5x | 5x-large
    One Size: one-size | onesize | os | o/s | osfa | osfm | one size fits all | one size fits most | free size | freesize | all size | talla única | talla unica | unitalla | taglia unica | taille unique | einheitsgröße | tamanho único | único tamaño | tu | 均碼 | 均码
    """
)

MATERIALS = _choices(
    """
    Cotton: 100% cotton | pure cotton | organic cotton | baumwolle | coton | algodón | algodon | algodão | cotone | katun | kapas | cotton combed | ฝ้าย | ผ้าฝ้าย | bông | vải cotton | 棉 | 純棉 | 纯棉
    Polyester: poly | poliéster | poliester | poliestere | vải polyester | 聚酯 | 聚酯纖維
    Polyamide: polyamid | poliamida | poliammide
    Nylon: nylón | nailon | nilon
    Elastane: spandex | lycra | elastan | elasthan | élasthanne | elastano | elastan fabric
    Viscose: viskose | viscosa | rayon | rayón
    Lyocell: tencel | modal
    Acrylic: acryl | acrílico | acrylique | akrilik | อะคริลิค | 亞克力 | 亚克力
    Wool: merino | merino wool | lambswool | wolle | laine | lana | lã | wol | len
    Cashmere: kaschmir | cachemire | cachemira
    Silk: seide | soie | seda | seta | sutra | lụa | ไหม | 絲 | 丝绸
    Linen: leinen | lin | lino | linho
    Denim: jeans | jean | mezclilla | ยีนส์
    Fleece: polar fleece | vellón
    Velvet: velour | samt | velours | terciopelo | beludru
    Leather: genuine leather | full grain leather | cowhide | leder | cuir | cuero | piel | couro | pelle | kulit | da | da thật | หนัง | หนังแท้ | 皮革 | 真皮
    Faux Leather: pu leather | pu | leatherette | vegan leather | synthetic leather | kunstleder | simili cuir | cuero sintético | piel sintética | couro sintético | ecopelle | kulit sintetis | da pu | หนัง pu
    Suede: wildleder | daim | gamuza | camurça
    Canvas: kanvas | lona | leinwand | vải canvas | ผ้าใบ | 帆布
    Fabric: textile | cloth | stoff | tissu | tela | tecido | tessuto | kain | vải | ผ้า | 布
    Plastic: kunststoff | plastique | plástico | plastico | plastik | nhựa | พลาสติก | 塑膠 | 塑料
    ABS: abs plastic
    Polypropylene: pp | polypropylen | polipropileno
    Polyethylene: pe | polyethylen | polietileno
    Polycarbonate: pc | polycarbonat | policarbonato | polikarbonat
    PVC: vinyl | vinilo | polyvinyl chloride
    Polyurethane: tpu | polyurethan | poliuretano
    Silicone: silikon | silicona | ซิลิโคน | 矽膠 | 硅胶
    Rubber: gummi | caoutchouc | goma | caucho | borracha | gomma | karet | cao su | ยาง | 橡膠
    Foam: memory foam | eva | schaumstoff | mousse | espuma | busa
    Glass: tempered glass | glas | verre | vidrio | vidro | vetro | kaca | thủy tinh | แก้ว | 玻璃
    Crystal: kristall | cristal | kristal
    Ceramic: stoneware | earthenware | keramik | céramique | cerámica | cerâmica | ceramica | gốm | เซรามิค | 陶瓷
    Porcelain: bone china | fine china | porzellan | porcelaine | porcelana
    Wood: solid wood | wooden | holz | bois | madera | madeira | legno | kayu | gỗ | ไม้ | 木
    Bamboo: bambus | bambou | bambú | bambu | tre
    Paper: papier | papel | carta | kertas | giấy | กระดาษ | 紙 | 纸
    Cardboard: karton | carton | cartón | kraft
    Metal: metall | métal | metallo | logam | kim loại | โลหะ | 金屬 | 金属
    Stainless Steel: stainless | inox | edelstahl | acier inoxydable | acero inoxidable | aço inoxidável | acciaio inox | stainless-steel | thép không gỉ | สแตนเลส | 不鏽鋼 | 不锈钢
    Steel: carbon steel | galvanized steel | galvanized | stahl | acier | acero | aço | acciaio | baja | thép | เหล็ก
    Iron: cast iron | eisen | fer | hierro | ferro | besi | sắt
    Aluminum: aluminium | aluminio | alumínio | alluminio | alloy | aluminum alloy | aluminium alloy | nhôm | 鋁合金 | 铝合金
    Zinc Alloy: zinc
    Copper: kupfer | cuivre | cobre | rame | tembaga | đồng
    Brass: messing | laiton | latón | ottone | kuningan
    Titanium: titan | titane | titanio
    Carbon Fiber: carbon fibre | carbon | kohlefaser | fibra de carbono
    Gold: 10k gold | 14k gold | 18k gold | 14k yellow gold | 18k yellow gold | 14k white gold | 18k white gold | 14k rose gold | 18k rose gold | oro | 14kt gold
    Silver: sterling silver | 925 silver | s925 | silber | argent | plata | plata 925 | perak
    Platinum: platin | platine | platino
    Resin: harz | résine | resina
    Stone: marble | granite | stein | pierre | piedra | batu | đá
    """
)

GENDERS = _choices(
    """
    Women: woman | women's | womens | female | ladies | lady | ladies' | girls women | damen | frau | frauen | femme | femmes | mujer | mujeres | dama | damas | femenino | feminino | mulher | donna | donne | wanita | perempuan | nữ | phụ nữ | ผู้หญิง | หญิง | 女 | 女性 | 女士 | her | for her | she
    Men: man | men's | mens | male | gents | gentlemen | gent | herren | mann | männer | homme | hommes | hombre | hombres | caballero | caballeros | masculino | homem | uomo | uomini | pria | laki-laki | lelaki | nam | ผู้ชาย | ชาย | 男 | 男性 | 男士 | him | for him | he
    Girls: girl | girl's | girls' | mädchen | fille | filles | niña | niñas | menina | bambina | anak perempuan | bé gái | เด็กผู้หญิง | 女童
    Boys: boy | boy's | boys' | jungen | jungs | garçon | garçons | niño | niños | menino | bambino | anak laki-laki | bé trai | เด็กผู้ชาย | 男童
    Unisex: men & women | men and women | women, men | women & men | gender neutral | all genders | mixte | uniseks | couple | todos | all | mujer, hombre | both
    """
)

AGE_GROUPS = _choices(
    """
    Newborn: newborns | 0-3 months | neugeborene | recién nacido
    Baby: infant | infants | babies | bebé | bebe | bayi | säugling | trẻ sơ sinh | ทารก
    Toddler: toddlers | kleinkind | balita
    Kids: kid | kid's | kids' | child | children | children's | childrens | youth | junior | juniors | kinder | enfant | enfants | niños | infantil | criança | bambini | anak | anak-anak | trẻ em | เด็ก | 兒童 | 儿童
    Teen: teens | teenager | teenagers | young adult | jugendliche | adolescente | remaja
    Adult: adults | erwachsene | adulte | adulto | adultos | dewasa | người lớn | ผู้ใหญ่ | 成人
    """
)

PATTERNS = _choices(
    """
    Solid: plain | solid color | solid colour | uni | einfarbig | liso | lisa | unicolor | tinta unita | polos | trơn | เรียบๆ | สีพื้น | 素色 | 純色
    Striped: stripes | stripe | gestreift | rayé | rayures | rayas | a rayas | listrado | garis | garis-garis | sọc | ลายทาง | 條紋
    Checked: plaid | check | checkered | checked pattern | gingham | tartan | kariert | à carreaux | cuadros | a cuadros | xadrez | kotak | kotak-kotak | caro | ลายสก๊อต | 格紋
    Dotted: polka dot | polka dots | dots | gepunktet | pois | lunares | chấm bi
    Floral: flower | flowers | ditsy floral | blumen | geblümt | fleuri | flores | bunga | hoa | ลายดอกไม้
    Animal Print: leopard | animal | snakeskin | zebra
    Camouflage: camo | camuflaje | loreng | loreng army
    Geometric: geometrisch | géométrique | geométrico | geometris
    Graphic: print | printed | letter | cartoon | slogan | estampado | impresión | estampa | bedruckt | imprimé | motif print | ลายพิมพ์ | ลายกราฟฟิก
    Colorblock: color block | colour block | colorblock pattern
    Tie Dye: tie-dye | batik
    Abstract: abstrakt | abstracto | abstrak
    """
)

SEASONS = _choices(
    """
    Spring: frühling | printemps | primavera | musim semi | xuân | ฤดูใบไม้ผลิ | 春
    Summer: sommer | été | verano | verão | estate | musim panas | hè | mùa hè | ฤดูร้อน | 夏 | 夏季
    Autumn: fall | herbst | automne | otoño | outono | autunno | musim gugur | thu | 秋
    Winter: hiver | invierno | inverno | musim dingin | đông | ฤดูหนาว | 冬
    Spring/Summer: ss | spring summer | spring/summer season
    Autumn/Winter: aw | fw | fall/winter | autumn winter | fall winter
    All Seasons: all season | all-season | four seasons | all year | todas las estaciones | toute saison | ganzjährig | semua musim | bốn mùa | ทุกฤดู | ทุกฤดูกาล | 四季
    """
)

CONDITIONS = _choices(
    """
    New: brand new | brand-new | new with tags | bnwt | neu | neuf | neuve | nuevo | nueva | novo | nova | nuovo | baru | mới | ใหม่ | ของใหม่ | 全新 | nieuw
    Refurbished: refurb | refurbish | renewed | recertified | remanufactured | reconditioned | generalüberholt | reconditionné | reacondicionado | recondicionado | ricondizionato | rekondisi
    Used: second hand | second-hand | secondhand | pre-owned | preowned | gebraucht | occasion | usado | usada | usato | bekas | cũ | đã qua sử dụng | มือสอง | 二手
    Open Box: open-box | opened box
    Damaged: for parts | for parts or not working | defekt | dañado
    """
)

FORMATS = _choices(
    """
    DVD: dvd video | dvd-video | dvds
    Blu-ray: bluray | blu ray | blu-ray disc | bd | bd format | blu-ray 3d
    4K Ultra HD: uhd | 4k uhd | ultra hd blu-ray | 4k ultra hd blu-ray
    VHS: videocassette | vhs tape
    CD: compact disc | audio cd | cds | cd album
    Vinyl: lp | vinyl lp | vinyl record | 12 inch vinyl | 7 inch vinyl | schallplatte | vinyle | vinilo
    Cassette: cassette tape | mc | musikkassette
    SACD: super audio cd
    Enhanced CD: ecd | cd enhanced
    Hardcover: hardback | gebunden | relié | tapa dura
    Paperback: softcover | taschenbuch | broché | tapa blanda
    Digital: download | digital download | ebook | e-book
    """
)

OPERATING_SYSTEMS = _choices(
    """
    Windows: microsoft windows | windows 10 | windows 11 | windows 11 home | windows 10 home | windows 10 pro | windows 11 pro | windows 7
    macOS: mac os | os x | mac os x
    Linux: ubuntu
    Chrome OS: chromeos
    Android: android os | android 12 | android 13 | android 14
    iOS: ipados | ios 17
    """
)

RESOLUTIONS = _choices(
    """
    480p: 480i | 640 x 480 | vga
    720p: hd | hd (720p) | hd ready | hd 720p | 1280 x 720
    1080p: full hd | fhd | full hd (1080p) | hd penuh (1080p) | 1080i | 1920 x 1080 | 1920*1080 | 1920x1080
    1440p: qhd | 2k | wqhd | 2560 x 1440
    4K: uhd | 4k uhd | 4k ultra hd | ultra hd | ultra hd (4k) | 2160p | 3840 x 2160 | 3840 × 2160 | 3840x2160
    8K: 8k uhd | 7680 x 4320
    """
)


def _quantity(name: str, unit: str, aliases: str, low: str, high: str, decimals: int = 4) -> Attribute:
    bare = name in ("screen_size", "voltage", "power", "battery_capacity", "refresh_rate")
    return Attribute(
        name, "quantity", unit, _words(aliases), low=Decimal(low), high=Decimal(high), decimals=decimals, bare=bare
    )


def _choice(name: str, values: dict[str, tuple[str, ...]], aliases: str) -> Attribute:
    return Attribute(name, "choice", None, _words(aliases), values)


def _text(name: str, aliases: str) -> Attribute:
    return Attribute(name, "text", None, _words(aliases))


_ALL: tuple[Attribute, ...] = (
    _choice(
        "color",
        COLORS,
        "color | colour | colors | colours | color(s) | color name | main color | colour name | color family | case color | frame color | "
        "strap color | dial color | farbe | farben | couleur | couleurs | cor | cores | colore | warna | keluarga warna | "
        "màu | màu sắc | สี | 顏色 | 颜色 | kleur | kolor",
    ),
    _choice(
        "size",
        SIZES,
        "size | sizes | clothing size | shoe size | size name | größe | groesse | taille | pointure | talla | tallas | tamaño | "
        "tamanho | taglia | misura | ukuran | saiz | kích cỡ | kích thước | size áo | ขนาด | ไซส์ | 尺寸 | 尺碼 | 尺码 | maat | rozmiar",
    ),
    _choice(
        "material",
        MATERIALS,
        "material | materials | material(s) | main material | fabric | fabric type | outer material | shell material | composition | metal type | case material | "
        "frame material | stoff | matériau | matière | materiales | materiale | tejido | bahan | bahan utama | "
        "chất liệu | วัสดุ | 材質 | 材质 | 材料 | materiaal | materiał",
    ),
    _choice(
        "gender",
        GENDERS,
        "gender | target gender | sex | department | ideal for | crowd | for gender | geschlecht | genre | sexe | género | genero | sexo | gênero | "
        "genere | sesso | jenis kelamin | jantina | giới tính | เพศ | 性別 | 性别 | google shopping / gender",
    ),
    _quantity(
        "weight",
        "g",
        "weight | item weight | net weight | product weight | gross weight | weight (g) | weight (kg) | grams | variant grams | gewicht | nettogewicht | poids | "
        "poids net | peso | peso neto | peso líquido | berat | berat produk | trọng lượng | khối lượng | น้ำหนัก | 重量 | waga",
        "0.01",
        "2000000",
    ),
    _quantity(
        "volume",
        "ml",
        "volume | net volume | liquid volume | bottle size | fill volume | capacity (ml) | capacity (l) | volumen | fassungsvermögen | füllmenge | contenance | "
        "volumen neto | capacidad (ml) | volume (ml) | isi | isi bersih | dung tích | thể tích | ปริมาตร | ปริมาณ | 容量 (ml) | 容積",
        "0.1",
        "100000000",
    ),
    _quantity(
        "length",
        "cm",
        "length | item length | product length | overall length | cable length | cord length | chain length | länge | laenge | longueur | longitud | largo | "
        "comprimento | lunghezza | panjang | panjang kabel | chiều dài | ความยาว | 長度 | 长度 | lengte",
        "0.01",
        "1000000",
    ),
    _quantity(
        "width",
        "cm",
        "width | item width | product width | overall width | breite | largeur | ancho | anchura | largura | larghezza | lebar | chiều rộng | ความกว้าง | "
        "寬度 | 宽度 | breedte",
        "0.01",
        "1000000",
    ),
    _quantity(
        "height",
        "cm",
        "height | item height | product height | overall height | höhe | hoehe | hauteur | alto | altura | altezza | tinggi | chiều cao | ความสูง | 高度 | hoogte",
        "0.01",
        "1000000",
    ),
    _quantity(
        "depth",
        "cm",
        "depth | item depth | product depth | thickness | tiefe | profondeur | fondo | profundidad | profundidade | profondità | kedalaman | chiều sâu | "
        "ความลึก | 深度 | diepte",
        "0.001",
        "100000",
    ),
    _quantity(
        "screen_size",
        "in",
        "screen size | display size | diagonal | screen diagonal | tv screen size | monitor size | display size (inch) | screen size (inches) | screen size (inch) | bildschirmgröße | bildschirmdiagonale | "
        "taille d'écran | tamaño de pantalla | tamaño de la pantalla | tamanho da tela | dimensione schermo | ukuran layar | ukuran layar (inci) | "
        "kích thước màn hình | ขนาดหน้าจอ | 螢幕尺寸 | 屏幕尺寸",
        "0.5",
        "400",
        3,
    ),
    _quantity(
        "storage",
        "GB",
        "storage | storage capacity | internal storage | internal memory | hard drive | hard disk | hard drive size | hdd capacity | ssd capacity | memory storage capacity | flash memory size | rom | "
        "hard disk capacity | speicherkapazität | speicherplatz | festplatte | stockage | capacité de stockage | almacenamiento | capacidad de almacenamiento | "
        "armazenamento | memoria interna | kapasitas penyimpanan | penyimpanan | bộ nhớ trong | dung lượng lưu trữ | ความจุ | 儲存容量 | 存储容量",
        "0.00001",
        "10000000",
        6,
    ),
    _quantity(
        "ram",
        "GB",
        "ram | ram memory | ram size | memory ram | system memory | installed ram | memory size | arbeitsspeicher | mémoire vive | memoria ram | memória ram | memori ram | "
        "sistem memori | bộ nhớ ram | dung lượng ram | แรม | 記憶體 | 内存",
        "0.00001",
        "100000",
        6,
    ),
    _quantity(
        "power",
        "W",
        "power | wattage | power output | rated power | output power | max power | power (w) | power_consumption | power consumption | power rating | leistung | nennleistung | puissance | potencia | "
        "potência | potenza | daya | daya listrik | konsumsi daya | công suất | กำลังไฟ | 功率 | vermogen",
        "0.001",
        "1000000",
    ),
    _quantity(
        "voltage",
        "V",
        "voltage | input voltage | input_voltage | rated voltage | operating voltage | voltage (v) | spannung | tension | voltaje | voltagem | tensione | tegangan | voltan | điện áp | แรงดันไฟฟ้า | "
        "電壓 | 电压",
        "0.1",
        "1000000",
    ),
    _quantity(
        "battery_capacity",
        "mAh",
        "battery capacity | battery capacity (mah) | battery | battery size | battery life (mah) | akkukapazität | batteriekapazität | capacité de la batterie | capacidad de la batería | "
        "capacidad de batería | capacidade da bateria | capacità batteria | kapasitas baterai | dung lượng pin | ความจุแบตเตอรี่ | 電池容量 | 电池容量",
        "1",
        "10000000",
    ),
    _quantity(
        "refresh_rate",
        "Hz",
        "refresh rate | screen refresh rate | refresh rate (hz) | bildwiederholrate | taux de rafraîchissement | tasa de refresco | frecuencia de actualización | "
        "taxa de atualização | kecepatan refresh | tần số quét | 更新率 | 刷新率",
        "1",
        "2000",
    ),
    Attribute(
        "pack_count",
        "count",
        None,
        _words(
            "pack count | pack size | pack quantity | package quantity | number of pieces | piece count | pieces | pcs | unit count | count | quantity per pack | "
            "number of items | stückzahl | packungsgröße | anzahl | nombre de pièces | quantité par lot | piezas | número de piezas | cantidad por paquete | "
            "quantidade por pacote | numero pezzi | jumlah per kemasan | jumlah isi | số lượng mỗi gói | จำนวนต่อแพ็ค | 件數"
        ),
        low=Decimal(1),
        high=Decimal(100000),
        decimals=0,
    ),
    _choice(
        "pattern",
        PATTERNS,
        "pattern | pattern type | print type | muster | motif | motiv | patrón | patron | padrão | estampa | fantasia | corak | mẫu | họa tiết | ลวดลาย | 圖案 | 图案",
    ),
    _text(
        "style",
        "style | style name | product style | design | clothing style | stil | estilo | stile | gaya | phong cách | สไตล์ | 風格 | 风格",
    ),
    _text(
        "model",
        "model | model name | model number | model no | model no. | modell | modellnummer | modèle | modelo | modello | nama model | tên mẫu | รุ่น | 型號 | 型号",
    ),
    _choice(
        "season",
        SEASONS,
        "season | seasons | jahreszeit | saison | temporada | estación | estação | stagione | musim | mùa | ฤดูกาล | 季節 | 季节",
    ),
    _choice(
        "age_group",
        AGE_GROUPS,
        "age group | age range | target age | age | suitable age | applicable age | altersgruppe | tranche d'âge | grupo de edad | rango de edad | faixa etária | "
        "fascia d'età | kelompok usia | kelompok umur | độ tuổi | ช่วงอายุ | 年齡 | 年龄 | google shopping / age group",
    ),
    _choice(
        "condition",
        CONDITIONS,
        "condition | item condition | product condition | zustand | état | estado | condición | condição | condizione | kondisi | kondisi barang | keadaan | "
        "tình trạng | สภาพ | สภาพสินค้า | 狀態 | 商品狀況 | google shopping / condition",
    ),
    _choice(
        "format",
        FORMATS,
        "format | media format | media type | disc format | medium | binding | formato | formato multimedia",
    ),
    _text(
        "edition",
        "edition | version | special edition | ausgabe | édition | edición | edição | edizione | edisi | phiên bản",
    ),
    _quantity(
        "warranty",
        "month",
        "warranty | warranty period | warranty duration | guarantee | garantie | garantiedauer | garantiezeit | durée de garantie | garantía | duración de la garantía | "
        "garantia | período de garantia | garanzia | masa garansi | durasi garansi | hạn bảo hành | thời gian bảo hành | ระยะเวลารับประกัน | 保固期 | 保修期",
        "0",
        "1200",
        2,
    ),
    _choice(
        "operating_system",
        OPERATING_SYSTEMS,
        "operating system | os | support system | betriebssystem | système d'exploitation | sistema operativo | sistema operacional | sistem operasi | hệ điều hành | ระบบปฏิบัติการ | "
        "作業系統 | 操作系统",
    ),
    _choice(
        "resolution",
        RESOLUTIONS,
        "resolution | screen resolution | display resolution | tv resolution | video resolution | auflösung | bildschirmauflösung | résolution | resolución | resolução | "
        "risoluzione | resolusi | resolusi video | độ phân giải | ความละเอียด | 解析度 | 分辨率",
    ),
    _text(
        "flavor",
        "flavor | flavour | flavors | taste | geschmack | geschmacksrichtung | goût | saveur | sabor | gusto | rasa | hương vị | รสชาติ | 口味",
    ),
    _text(
        "scent",
        "scent | fragrance | aroma | duft | parfum | senteur | fragancia | fragrância | profumo | wangi | mùi hương | กลิ่น | 香味",
    ),
    Attribute(
        "waterproof",
        "flag",
        None,
        _words(
            "waterproof | water resistant | water resistance | wasserdicht | étanche | imperméable | impermeable | resistente al agua | à prova d'água | impermeabile | tahan air | "
            "tahan air/anti air | chống nước | กันน้ำ | 防水"
        ),
    ),
    Attribute(
        "wireless",
        "flag",
        None,
        _words(
            "wireless | cordless | kabellos | sans fil | inalámbrico | sem fio | senza fili | nirkabel | không dây | ไร้สาย | 無線 | 无线"
        ),
    ),
)

ATTRIBUTES: dict[str, Attribute] = {attribute.name: attribute for attribute in _ALL}
"""Name -> attribute, in a fixed order."""

FLAG_VALUES: dict[str, tuple[str, ...]] = {
    "yes": _words(
        "yes | y | true | 1 | ja | oui | sí | si | sim | ya | iya | có | ใช่ | 是 | included | with | tahan air | waterproof | wireless | with water resistance"
    ),
    "no": _words(
        "no | n | false | 0 | nein | non | não | nao | tidak | tiada | không | ไม่ | ไม่ใช่ | 否 | not included | without | none | no waterproof | tidak kedap air | tidak tahan air"
    ),
}
"""Canonical value of a flag -> the words for it."""

CELL_ONLY: frozenset[str] = frozenset(
    _words(
        "or | be | da | cam | uni | he | she | her | him | all | both | couple | os | tu | x | s | m | l | bk | wh | rd | ss | aw | fw | mc | lp | bd | "
        "hd | 2k | uhd | pu | pp | pe | pc | rom | army | camel | sand | rose | plum | mint | lime | cream | café | coffee brown | chocolate | wine | vino | "
        "apricot | slate | royal | marine | lead | new | novo | nova | used | letter | animal | print | flower | flowers | dots | check | fall | thu | hè | "
        "xuân | đông | len | lin | lino | lã | tre | jean | jeans | pelle | piel | polar fleece | stone | crystal | resin | foam | carbon | abs plastic | "
        "lady | gent | man | junior | youth | baby | version | digital | download | stein | samt | alloy | iron | paper | occasion | bunt | poly | besi | "
        "large | small | medium | grande | petit | gross | klein | vừa | nhỏ | lớn | garis | motif print | solid | plain | spring | gold | silver | orange"
    )
)
"""Words that are a value when they fill a cell, but in running text mostly mean something else ("or", "new", "iron")."""

PLACEHOLDERS: tuple[str, ...] = _words(
    "- | -- | --- | . | / | ? | n/a | na | n.a. | n.a | none | null | nil | nan | nothing | not applicable | not available | not specified | unspecified | unknown | "
    "undefined | other | others | otro | otros | otra | otras | outro | outros | lainnya | lain-lain | khác | อื่นๆ | 其他 | andere | autre | autres | altro | "
    "default | default title | title | see description | tidak ada | tidak tersedia | nada | cero | ninguno | keine | aucun | đang cập nhật | tbd | tba | x | xxx"
)
"""What suppliers write where they state nothing; not a value of any attribute."""
