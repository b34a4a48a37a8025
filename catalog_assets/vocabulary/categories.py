# ruff: noqa: E501 (word lists)
"""The project's taxonomy: some seventy leaves, levels joined by ' > '.

Belongs here: the allowed categories, the words in a product's name that point to one, and what suppliers call them.
Does not belong here: how a category is chosen (enrichment rules).

`keywords` are lower-case words or phrases looked for in names, the more telling ones first; `aliases` are lower-case
levels of suppliers' own paths, in several languages. A word may stand under several categories: it then points to
each of them, and something else must decide.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """A leaf of the taxonomy: its path, words in names, and names of suppliers' path levels."""

    path: str
    keywords: tuple[str, ...]
    aliases: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(word.split()) for word in text.split("|") if word.strip()))


_TEXT = """
Electronics > TV & Home Cinema > Televisions
  k: lcd tv | led tv | smart tv | hdtv | oled tv | qled tv | plasma tv | flat-panel tv | televisi | televisión | fernseher | television | tv
  a: televisions | tvs | tv | television | led & lcd tvs | lcd tvs | smart televisions | smart tv | televisi digital | televisi & video | televisions & videos | electronics : flat panel tv | fernseher | télévisions | televisores | tivi | tivi & phụ kiện
Electronics > TV & Home Cinema > Projectors
  k: projector | projectors | proyektor | proyector | beamer | projection screen | projector screen | projector lamp
  a: projectors | video projectors | projection screens | projector lamps | proyektor | proyectores | beamer
Electronics > TV & Home Cinema > Media Players
  k: dvd player | blu-ray player | blu-ray disc player | dvd recorder | streaming player | media player | home theater system | set-top box | tv box | remote control
  a: dvd players | blu-ray/dvd players | blu-ray players | home theater | home theater systems | media players | streaming media players | remote controls | dvd accessories
Electronics > TV & Home Cinema > TV Accessories
  k: tv mount | wall mount | tv stand | tv bracket | antenna | hdmi cable | flat-panel mount | dioda
  a: tv accessories | tv mounts | television stands entertainment centers | television stands & entertainment centers | tv wall mounts | antennas | mounts | hdmi cables
Electronics > Audio > Headphones
  k: headphones | headphone | earbuds | earphones | earphone | headset | in-ear | kopfhörer | casque audio | audífonos | auriculares | fone de ouvido | tai nghe | หูฟัง
  a: headphones | headsets | headsets microphones | bluetooth headsets | earphones, headphones & headsets | headphone accessories | tai nghe nhét tai & chụp tai | หูฟัง | kopfhörer | audífonos | auriculares
Electronics > Audio > Speakers
  k: speaker | speakers | soundbar | sound bar | subwoofer | loudspeaker | bookshelf speakers | lautsprecher | enceinte | altavoz | bocina | bocinas | loa
  a: speakers | speaker | speaker systems | coaxial speakers | portable speakers | home audio y bocinas | bocinas | lautsprecher | loa | dàn âm thanh
Electronics > Audio > Players & Hi-Fi
  k: mp3 player | turntable | receiver | amplifier | cd player | radio | clock radio | boombox | hi-fi | ipod | equalizer | shelf system | microphone | micrófono
  a: mp3 players | mp3 | mp3 accessories | mp3 player accessories | radios | stereos/audio | portable audio | home audio theater | audio | audio video accessories | ipod | micrófonos | satellite radio | hệ thống âm thanh giải trí tại gia
Electronics > Cameras & Photo
  k: digital camera | camcorder | camera | dslr | lens | tripod | webcam | action camera | megapixel | photo printer paper | kamera | cámara | appareil photo | camera bag | binoculars
  a: digital cameras | point shoot digital cameras | camcorders | camera photo | cameras & photo | camera lenses | lens accessories | complete tripod units | camera batteries | camcorder batteries | camera and camcorder accessories | photography - general | film cameras | cámaras y drones | cámaras de seguridad cctv | cámaras de seguridad | surveillance cameras | webcams | video recorders | accessory kits
Electronics > Car Electronics & GPS
  k: gps | car stereo | in-dash | car audio | car speaker | radar detector | car amplifier | dash cam | navigation system | deck | dash kit | wiring harness | fishfinder
  a: car stereos | car audio video | portable vehicle gps | handheld gps | gps | fishfinders | fish finder | car electronics | power inverters | automotive - general
Electronics > Power & Cables
  k: battery | batteries | charger | power adapter | ac adapter | usb cable | cable | adapter | surge protector | power bank | power strip | extension cord | converter | kabel | cargador | ladegerät
  a: batteries | battery chargers | chargers | chargers adapters | ac adapters | adapters | cables interconnects | usb cables | cables & converters | connectors adapters | ethernet cables | surge protectors | power supplies | kabel | usb charger | selector boxes
Electronics > Wearables
  k: smart watch | smartwatch | fitness tracker | activity tracker | smart band | fitness band
  a: smart watches | smartwatches | wearable devices | fitness trackers
Computers > Laptops
  k: laptop | notebook computer | netbook | macbook | ultrabook | chromebook | notebook | thinkpad | komputer
  a: laptops | laptop | laptop computers | netbooks | notebooks computers | laptop umum | laptop gaming | komputer & laptop | máy tính & laptop | portátiles | ordinateurs portables
Computers > Desktops & Servers
  k: desktop | desktop computer | all-in-one computer | server | proliant | imac | pc tower | mini pc | workstation | poweredge
  a: desktop computers | desktops | servers | computers | towers | server and networking equipment
Computers > Tablets
  k: tablet | ipad | galaxy tab | e-reader | ereader | kindle | nook | tablet pc
  a: tablets | tablet | ipads | e-readers | touch screen tablet accessories | tabletas
Computers > Monitors
  k: monitor | lcd monitor | led monitor | display monitor | widescreen flat-panel monitor | gaming monitor
  a: monitors | monitor | pencetak & monitor | computer monitors | bildschirme
Computers > Storage
  k: hard drive | external hard drive | ssd | solid state drive | usb flash drive | flash drive | memory card | sdhc | sd card | microsd | hard disk | nas | card reader | tape drive | data cartridge | blank dvd | dvd-r | cd-r | disco duro | festplatte | enclosure
  a: usb flash drives | usb drives | external hard drives | internal hard drives | hard drives | memory cards | memory card readers | network attached storage | storage | hard drive enclosures | data cartridges | blank media | cd-r discs | dvd-r discs | storage solutions | media storage organization
Computers > Components
  k: graphics card | video card | motherboard | processor | cpu | ram memory | ddr3 | ddr4 | ddr2 | sdram | dimm | sodimm | computer case | power supply | cooling fan | heatsink | sound card | gb memory | memory kit | memory module
  a: graphics cards | motherboards | memory | computer components | computer cases | memory and processing upgrades | processors | internal components
Computers > Networking
  k: router | wireless router | network switch | ethernet switch | wi-fi | access point | modem | network adapter | wireless-n | gigabit | kvm switch | range extender | network card
  a: routers | networking | networking products | switches | usb network adapters | modems | kvm switches | network cards | server and networking
Computers > Keyboards, Mice & Accessories
  k: keyboard | mouse | mice | mouse pad | laptop bag | laptop sleeve | usb hub | docking station | trackball | laptop stand | notebook case | laptop case | cooling pad | joystick | game controller | wrist rest
  a: mice | keyboards | keyboard mouse combos | mouse pads | computers accessories | computer accessories | laptop netbook computer accessories | docking stations | cases sleeves | distribution | digital bags
Computers > Printers & Ink
  k: printer | inkjet | laserjet | toner | ink cartridge | toner cartridge | scanner | all-in-one printer | photo paper | fuser | printhead | tinta | kartrid | drum unit | multifunction | imaging drum
  a: printers | inkjet printer ink | laser printer toner | printer ink toner | printer accessories | scanners | inkjet all-in-one printers | laser printers | photo paper | printer | printer ink jet | tinta printer | kartrid tinta | printing, copying, laminating
Computers > Software & Games
  k: software | windows 7 | antivirus | office suite | xbox 360 | playstation 3 | nintendo wii | nintendo ds | video game | wii | ps3 | ps4 | ps5 | xbox | pc game | game console | mac/windows | - windows | - mac | nintendo switch
  a: software | video games | games | consoles | pc games | videojuegos | gaming
Phones > Mobile Phones
  k: smartphone | cell phone | mobile phone | iphone | galaxy s | unlocked phone | no-contract phone | android phone | handphone | teléfono | téléphone | celular | 5g smartphone | blackberry
  a: smartphones | mobiles & tablets | handphone & tablet | feature phones | unlocked phones | no-contract phones | phones | prepaid wireless phones | post-paid cellphones | cell phones | móviles | celulares | มือถือและอุปกรณ์เสริม
Phones > Phone Accessories
  k: phone case | case for apple iphone | iphone case | screen protector | phone holder | lens protector | phone cover | faceplate | mobile phone lens | casing | tempered glass | car phone mount | hard shell case | lightning cable | type-c cable | otg
  a: phone cases | stand phone case | mobile accessories | cell phones & accessories | phone accessories | screen protectors | casing & cover tablet | casing handphone | lensa smartphone | aksesoris handphone & tablet | aksesoris elektronik | electronics accessories | faceplates | covers | covers skins | suku cadang handphone | เคสมือถือ | เคสมือถือและแท็บเล็ต
Phones > Landline Phones
  k: cordless phone | corded phone | telephone | answering machine | dect | expansion handset | expandable cordless | two-way radio | walkie-talkie | conference phone
  a: cordless telephones | corded telephones | telephones | walkie-talkie/frs | landline phones | office electronics
Appliances > Large Appliances
  k: refrigerator | washer | dryer | washing machine | dishwasher | freezer | range hood | gas range | electric range | cooktop | wall oven | air conditioner | water heater | water softener | fridge | kulkas | mesin cuci | lavadora | kühlschrank | waschmaschine
  a: refrigerators | washers | dryers | large appliances | major appliances | máy giặt | máy giặt & máy sấy | thiết bị điện gia dụng lớn | dishwashers | electrodomésticos | air conditioners | máy lọc nước | เครื่องกรองน้ำ | เครื่องใช้ไฟฟ้าขนาดใหญ่
Appliances > Kitchen Appliances
  k: microwave | coffee maker | coffeemaker | espresso machine | blender | toaster | mixer | food processor | kettle | rice cooker | slow cooker | air fryer | juicer | toaster oven | waffle maker | deep fryer | grill | stand mixer | bread maker
  a: small kitchen appliances | kitchen appliances | electric kettles | small appliances | microwaves | coffee makers | đồ gia dụng nhà bếp | küchengeräte | peralatan dapur elektrik
Appliances > Floor Care & Climate
  k: vacuum | vacuum cleaner | air purifier | humidifier | dehumidifier | fan | space heater | heater | steam mop | iron | garment steamer | robot vacuum | ventilador | staubsauger | aspirateur
  a: vacuums | vacuum cleaners | home care | air purifiers | dehumidifiers | fans | heaters | irons | climate control
Appliances > Personal Care Appliances
  k: hair dryer | shaver | electric shaver | trimmer | curling iron | flat iron | hair straightener | epilator | electric toothbrush | massager | hair clipper | thermometer | scale
  a: personal care appliances | hair dryers | shavers | hair removal appliances | electric toothbrushes | body slimming & electric massagers | personal care | dispositivos de masaje y terapia | 電動牙刷、配件
Films > DVD
  k: - dvd | dvd | dvd set | widescreen dvd | ac3 | fullscreen | the complete season | box set dvd | subtitle ac3
  a: dvd | dvds | movies & tv | movies | films | películas | filme | tv series | film dvd
Films > Blu-ray
  k: - blu-ray disc | blu-ray | blu-ray disc | bluray | 4k ultra hd blu-ray
  a: blu-ray | blu-ray discs | bluray | 4k blu-ray
Films > VHS
  k: - vhs | vhs
  a: vhs | videocassettes
Music > CD
  k: - cd | cd | audio cd | compact disc | enhanced cd | greatest hits | original soundtrack | cd+dvd | sacd
  a: cd | cds | cds & vinyl | music | música | musik | musique
Music > Vinyl & Cassette
  k: - vinyl | vinyl lp | vinyl record | lp record | - cassette | audio cassette
  a: vinyl | lp | cassettes | schallplatten | vinilos
Music > Musical Instruments
  k: guitar | piano | drum set | violin | ukulele | midi keyboard | guitar strings | saxophone | guitar amplifier | dj mixer
  a: musical instruments | guitars | instrumentos musicales | musikinstrumente | instruments de musique | dj equipment
Books & Magazines
  k: paperback | hardcover | novel | cookbook | magazine | buku | libro | roman
  a: books | books & magazines | buku & majalah | buku bacaan | libros | bücher | livres | magazines
Fashion > Women's Clothing
  k: women's dress | dress | skirt | blouse | women's top | camisole | bra | lingerie | leggings | jumpsuit | women's jacket | women's shirt | vestido | kemeja wanita | bodysuit | maxi dress | womens shirt | gown | kebaya | hijab | mukena
  a: women's tops | women's dresses | women's coats & jackets | women's pants | women's skirts | women's knitwear | women's button-ups | women's lingerie | women's shorts | women's jumpsuits | women's t-shirts | women's vests | women's denim | women's cardigans | women's outerwear | womens dresses | womens outerwear | womens pants | women's | womens | women | dresses | women clothing | ropa de mujer | pakaian wanita | เสื้อผ้าผู้หญิง | thời trang nữ | damenmode | mode femme | women sexy lingerie | underwear & sleepwear | women's undergarments | fashion muslim | pakaian muslim wanita | lencería y ropa interior | women apparel
Fashion > Men's Clothing
  k: men's shirt | men's jacket | men's pants | men's t-shirt | necktie | suit | boxer briefs | men's coat | camisa hombre | playera | polo shirt | kaos pria | men's sweater | trousers | mens shirt
  a: men's coats & jackets | men's button-ups | men's t-shirts | men's pants | men's trousers | men's knitwear | men's knits | men's denim | men's vests | men's shorts | men's tops | mens briefs | mens shirts | mens shirt | men's | mens | men | men clothing | ropa de hombre | pakaian pria | เสื้อผ้าผู้ชาย | thời trang nam | herrenmode | mode homme | roupas masculinas | men apparel
Fashion > Kids' Clothing
  k: kids' shirt | baby romper | romper | onesie | girls' dress | boys' shirt | toddler dress | baby clothes | kids pajamas | ropa de bebé | baju anak
  a: kids | kids' clothing | kids clothing | girls clothing | boys clothing | baby clothing | moda para bebés y niños | ropa de bebés | ropa deportiva de niño | pakaian anak | kinderbekleidung | vêtements enfant | baby & kids fashion | young girls
Fashion > Unisex Clothing
  k: hoodie | sweatshirt | t-shirt | tee | sweater | cardigan | jacket | coat | jeans | pants | shirt | shorts | vest | parka | raincoat | pullover | jersey | socks | pajamas | tank top | camisa | camiseta | sudadera
  a: apparel | clothing | apparel & accessories | shirts & tops | unisex knitwear | unisex button ups | unisex socks | men's socks | women's socks | tank tops | socks | hoodies | ropa | kleidung | vêtements | abbigliamento | rain coats | fashion
Fashion > Bags & Luggage
  k: handbag | backpack | tote bag | wallet | purse | suitcase | luggage | duffel | crossbody bag | shoulder bag | clutch | messenger bag | mochila | koper | tas | bolso | bolsa | lunch bag | travel bag | lunchbag | dompet
  a: bags | bags & luggage | women bags | women's bags | unisex bags | women tote bags | women top handle bags | women crossbody | women shoulder bags | women clutches | luggage | luggage & travel gear | handbags | bags cases | cases bags | tas & travel | koper | tas anak | tas wanita | tas pria | bolsas de mujer | bolsas de hombre | mochilas | backpacks | viajes y equipaje | taschen | sacs | functional bags | makeup bags
Fashion > Accessories
  k: belt | scarf | hat | cap | beanie | sunglasses | gloves | tie | umbrella | keychain | hair clip | glasses | headband | gorra | sombrero | kacamata | topi | hair claw | bandana | watch strap
  a: accessories | women's accessories | men's accessories | unisex accessories | women's scarves | unisex scarves | women's hats | unisex hats | women's belts | unisex belts | women's gloves | apparel accessories | women accessories | men accessories | fashion accessories | accesorios de moda | sombreros y gorras | phụ kiện thời trang | aksesoris fashion | hats & caps | women hair accessories | hair clips | men belts | eyewear | kacamata & aksesoris | sunglasses | keyrings & keychains | llaveros | accessories apparel | gender neutral accessories
Shoes > Women's Shoes
  k: women's shoes | high heels | ballet flat | women's boots | women's sandals | pumps | stiletto | women's sneakers | wedge sandals | women's sandal | ankle boots
  a: women's shoes | women shoes | giày dép nữ | รองเท้าผู้หญิง | sepatu wanita | zapatos de mujer | damenschuhe | chaussures femme | calzado de mujer
Shoes > Men's Shoes
  k: men's shoes | oxford shoes | men's boots | loafer | men's sneakers | men's sandals | brogue | derby shoes
  a: men's shoes | men shoes | giày dép nam | รองเท้าผู้ชาย | sepatu pria | zapatos de hombre | herrenschuhe | chaussures homme | calzado de hombre
Shoes > Other Shoes
  k: sneakers | sneaker | shoes | boots | sandals | slippers | moccasin | clogs | flip flops | running shoes | kids' shoes | zapatos | sepatu | sandal | zapatillas | schuhe | shoe
  a: shoes | footwear | kids shoes | sneakers | zapatos | schuhe | chaussures | scarpe | sepatu | calzado | รองเท้าผ้าใบ | giày thể thao/ sneaker
Jewellery & Watches > Jewellery
  k: necklace | bracelet | earrings | earring | ring | pendant | brooch | anklet | cufflinks | diamond | bangle | 14k | 18k | wedding band | collar de plata | anillo | pulsera | kalung | gelang | cincin | jewelry set | charm
  a: jewelry | jewellery | jewelry & watches | women's bracelets | unisex bracelets | women's rings | unisex rings | women's necklaces | women's earrings | earrings | necklace | necklaces | rings | bracelets | women fashion jewelry | women jewelry sets | women dangle earrings | jewelry making | beads | joyería | schmuck | bijoux | perhiasan | vòng tay & lắc tay | rings/bands | necklace/chain
Jewellery & Watches > Watches
  k: watch | wristwatch | quartz watch | chronograph | automatic watch | jam tangan | reloj | armbanduhr | montre | pocket watch
  a: watches | men quartz watches | men watches | women watches | relojes | uhren | montres | jam tangan | นาฬิกา | นาฬิกาผู้ชาย | đồng hồ
Bicycles > Bicycles
  k: fixed gear bike | bicycle | road bike | mountain bike | kids bike | single speed | fixie | e-bike | bike | sepeda | bicicleta | fahrrad | frameset | scooter
  a: bicycles | fixed gear bicycle | premium fixed gear bike | kids fixed gear bike | glow series | bikes | fahrräder | vélos | bicicletas | framesets | fgfs | cycling
Bicycles > Bicycle Parts
  k: saddle | handlebar | handlebars | crankset | wheelset | bottom bracket | seatpost | freewheel | bike pedals | pedals | bike tire | inner tube | bar tape | headset spacer | brake lever | brake caliper | fork | stem | cog | chainring | bike chain | lockring | grips | fender | rim tape | chain tensioner
  a: saddle | handlebars | wheelsets | grips | cranks | tires | tire | brake | brakes | pedals | stem | bar tape | bottom brackets | head set | headsets | seatpost | freewheels | forks | tube | chain | chains | chain tensioners | chain guards | chainrings | rim tape | fixed cogs | lockrings | seatpost clamp | foot straps | bicycle parts | componentes y accesorios de bicicletas | fahrradteile
Bicycles > Cycling Accessories
  k: bike lock | u-lock | bike light | bike pump | bike bell | bike rack | bike basket | water bottle cage | cycling helmet | kickstand | pannier | bike helmet | cycling gloves | bike tool | y-wrench | casco ciclismo
  a: lock | locks | light | pumps | baskets | bike accessories | bells | bicycle rack | bike rack | bike racks | water bottle holder | water bottle | kickstand | pannier | computer | badge | fgfs accessories | cascos de ciclismo | cycling accessories | ciclismo | helmet
Sports > Snow Sports
  k: snowboard | skis | ski | snowboard boots | ski boots | snowboard bindings | ski bindings | goggle | goggles | under glove | ski helmet | ski jacket | mitt | beanie
  a: snowboard bindings | skis | snowboards | beanies | gloves | jackets | snowboard boots | ski boots | helmets | ski bindings | goggles | winter sports & activities | snow sports | wintersport
Sports > Fitness
  k: dumbbell | treadmill | yoga mat | exercise bike | elliptical | resistance band | kettlebell | weight bench | jump rope | gym | fitness | barbell
  a: fitness | exercise & fitness | exercise & fitness equipment | equipo de fitness | máquinas de ejercicios | fitness equipment | supports & braces
Sports > Outdoor & Team Sports
  k: tent | sleeping bag | camping | fishing rod | football | soccer ball | basketball | tennis racket | golf | swimming pool | kayak | hiking | baseball | table tennis | hunting | cooler | skateboard
  a: sports | sports & outdoors | sports & outdoor | outdoor | outdoors | deportes y aire libre | ropa para deportiva y al aire libre | jerseys | water sports | swimming pools | camping | fishing and boating | racket sports | table tennis | sport & freizeit | sports et loisirs | olahraga
Home > Furniture
  k: chair | table | sofa | desk | bed frame | shelf | bookcase | cabinet | wardrobe | mattress | nightstand | stool | dresser | ottoman | file cabinet | storage cabinet | furniture | meja | kursi | silla | mesa | rak | tv cabinet | bench
  a: furniture | living room furniture | bedroom furniture | storage cabinets | möbel | meubles | muebles | móveis | perabot | nội thất | เฟอร์นิเจอร์ | office furniture and ergonomic products | furniture, storage, racks and fixtures | ชั้นวางของและลิ้นชัก
Home > Bedding & Textiles
  k: pillow | pillowcase | cushion cover | cushion | duvet | bed sheet | sheet set | blanket | curtain | rug | towel | comforter | quilt | carpet | tablecloth | sprei | sábana | almohada | cobija | valance | mattress pad
  a: home textile | bedding | cushion cover | decorative pillows, inserts, & covers | bedding & bath | ropa de cama | rugs | towels | curtains | window treatments | bath | kamar tidur | bettwäsche | linge de maison | mattress pads | chair covers | couch & sofa decor | mantas, edredones y colchas | outdoor pillows & cushions
Home > Kitchen & Dining
  k: pan | pot | cookware | knife set | plate | bowl | mug | cup | cutlery | bakeware | water bottle | tumbler | wine glass | food container | cutting board | spatula | frying pan | dinnerware | napkin | taza | botella de agua | piring | gelas | goblet | spoon | fork set | lunch box | food storage
  a: kitchen & dining | kitchen | cookware | vajilla | utensilios de cocina | copas, tazas y cristalería | cubiertos | botellas de agua y accesorios | house wares | housewares | tableware | bakeware | food and drink preparation and cooking equipment | peralatan dapur | küche | cuisine | barware & wine making | party tableware | platos
Home > Decoration & Lighting
  k: lamp | light bulb | led strip | candle | vase | picture frame | wall art | mirror | clock | chandelier | string lights | artificial flower | wallpaper | wall sticker | ornament | night light | balloon | balloons | christmas decoration | lámpara | lampu | flashlight
  a: home decor | lighting | lighting & décor | lamps | home accessories | home & living | decorative balloons | decorations | event & party supplies | party accessories | hogar y vida | perlengkapan rumah | dekorasi | decoration | home | home & garden | home - general | artificial decorations | wall decoration | photo frames & wall decoration | lighting & lamp | decoración para fiestas | globos | party favors | deko | décoration | festival decor | artificial flowers | home décor | bunga | gift wrapping supplies
Home > Cleaning & Household
  k: detergent | laundry detergent | cleaner | air freshener | disinfectant | trash bag | mop | broom | sponge | dish soap | dishwashing liquid | bleach | fabric softener | garbage bag | trash can | insecticide | stain remover | wipes | pembersih | tissue
  a: household supplies | air care | air fresheners | sprays | devices | cleaning | laundry | laundry detergent | dishwashing | home care supplies | cleaning agents | pest control | haushalt | household cleaning & personal care | cleaning, sinks, maintenance equipment and trash disposal | soi items - grocery hba pets | household merchandises
Beauty & Health > Skin Care
  k: moisturizer | serum | sunscreen | face cream | lotion | face mask | cleanser | toner & mist | body lotion | spf 50 | spf 30 | skincare | lip balm | facial wash | crema facial | pelembap | sunblock | body scrub | mud scrub
  a: skin care | skincare | perawatan kulit | pelembap muka | pembersih wajah | serum & perawatan wajah | face mask & packs | serum & essence | sunscreen | anti noda & bintik hitam | ผลิตภัณฑ์บำรุงและเสริมความงาม | ผลิตภัณฑ์บำรุงบริเวณใบหน้า | เซรั่มบำรุงผิวหน้า & น้ำตบ | kecantikan | belleza | hautpflege | soins du visage | face skin care tools
Beauty & Health > Make-up & Nails
  k: lipstick | mascara | eyeshadow | foundation | nail polish | eyeliner | blush | concealer | press on nails | false nails | makeup brush | eyelash curler | makeup | lip gloss | maquillaje | temporary tattoo
  a: makeup | make-up | maquillaje | nail,hand & foot care | press on false nails | makeup accessories | makeup tools | sponges & applicators | eyelash curlers | beauty tools | เครื่องสําอาง | sombra | tattoos & body art | rhinestones & decorations | makeup brushes
Beauty & Health > Hair Care
  k: shampoo | conditioner | hair mask | hair brush | comb | hair color | hair dye | wig | hair extension | styling gel | hair spray | sisir | peluca | hair oil | hair growth
  a: hair care | hair brushes & combs | hair care accessories | cepillos y peines | herramientas para cabello | conditioner | shampoo | shampo | perawatan rambut | synthetic hair wigs | wigs & accs | synthetic woven wigs | synthetic extensions | hair styling | hair coloring | hair accessories | haarpflege | herramientas de belleza
Beauty & Health > Fragrances
  k: perfume | eau de parfum | eau de toilette | cologne | body mist | parfum | essential oil | aromatherapy | diffuser | fragrance
  a: fragrances | fragrances & aromatherapy | perfume | aromatherapy | essential oil | parfum & wewangian | parfüm | parfums | perfumes | toiletries
Beauty & Health > Health & Personal Hygiene
  k: vitamin | vitamins | toothbrush | toothpaste | mouthwash | soap | deodorant | supplement | capsules | tablets vitamin | first aid | bandage | safety mask | mask disposable | condom | shaving cream | body wash | razor | multivitamin | softgels | gummies | sabun | pasta gigi | knee brace | cepillo de dientes
  a: health | salud | vitamin | vitamins | toothbrush | toothpaste | oral care | mouthwash | personal care | bath & body | body wash & soap | beauty & health | medical supplies | food supplement | suplemen makanan | safety mask | กลุ่มผลิตภัณฑ์เพื่อสุขภาพ | 保健 | 口腔照護 | 牙膏 | 牙刷 | kesehatan | perawatan tubuh | perawatan & kecantikan | gesundheit | santé | optical care | health accessories | supplements | deodoran | sabun mandi | ยาสีฟัน
Toys & Baby > Toys & Games
  k: toy | toys | doll | lego | puzzle | board game | action figure | plush | playset | building blocks | juguete | mainan | spielzeug | jouet | toy car | stuffed animal | model kit | gundam | playing cards | slime | figurine
  a: toys | toys & games | toys - games | toys - general | toys - learning systems | juguetes | mainan | spielzeug | jouets | muñecas y peluches | muñecas y accesorios | peluches | figurillas de acción | hobbies y colecciones | artículos coleccionables | modelo prearmado y ferroviario | collectible toys | kids educational toys | juguetes didácticos | arts & crafts | kids dolls & stuffed toys | hobbies & collections
Toys & Baby > Baby Care
  k: diaper | diapers | baby bottle | stroller | car seat | pacifier | baby monitor | crib | baby wipes | milk formula | infant formula | popok | pañales | nursing | baby food
  a: baby | baby & toddler | mom & baby | mother & baby | madre y bebé | milk formula & baby food | milk formula | baby personal care | maternity milk | maternity healthcare | guardería | ibu & bayi | washcloths & towels
Office > Office Supplies
  k: paper | pen | pens | pencil | notebook | binder | folder | envelope | label | stapler | tape | marker | sticky notes | laminator | laminating pouches | shredder | calculator | whiteboard | index cards | file folders | stationery | sticker | copy paper | label maker | planner
  a: office | office products | office supplies | office & school supplies | stationery | stationery & office machinery | laminating supplies | shredders | storage presentation materials | labeling tapes | label makers | accessories supplies | other office equipment | notebooks & writing pads | notebooks | writing & correction supplies | stationery stickers | filing products | paper products | bürobedarf | fournitures de bureau | alat tulis | art & craft supplies | cintas adhesivas | stationery and desk accessories | stickers
Garden & Outdoor Living
  k: garden | lawn mower | plant pot | planter | hose | seeds | fertilizer | patio | barbecue | sprinkler | hedge trimmer | pruning shears | outdoor furniture | greenhouse | taman | jardín | garten | flower pot | pressure washer
  a: garden | garden - general | garden & outdoor | patio, lawn & garden | gardening | garten | jardin | jardín | jardinería | jardim | taman | lawn & garden | outdoor living
Tools & Home Improvement
  k: drill | wrench | screwdriver | hammer | saw | tool set | pliers | socket set | paint | primer | door handle | faucet | shower head | sink | toilet | screws | ladder | power tool | tape measure | toolbox | drill bit | herramienta | obeng | cat tembok | werkzeug | door lock | lockset | sander
  a: tools | tools & home improvement | hand tools | power tools | hardware | paint & primers | wall treatment | sockets | tool cases | storage & tool organization | hand & power tool sets | hand tool sets | werkzeug | outils | herramientas | herramientas y mejoras para el hogar | pertukangan | door hardware & locks | home security systems | kitchen & bath fixtures
Automotive & Motorcycle
  k: car seat cover | motor oil | motorcycle helmet | car wax | windshield | tire inflator | brake pads | engine oil | car wash | spark plug | steering wheel cover | car mat | motorcycle | exhaust | headlight bulb | helm motor | casco moto | oli motor | llanta
  a: automotive | motors | motorcycle | motorcycles | motocicletas | automóviles | car care | car replacement parts | automotive exterior accessories | accesorios para motocicletas | repuestos de moto | cascos y accesorios de moto | motorcycle helmets & accessories | exterior vehicle care | auto & motorrad | otomotif | pegatinas, logos y emblemas
Pets
  k: dog food | cat food | dog | cat | pet | leash | dog collar | cat litter | aquarium | pet bed | bird cage | dog treats | horse | makanan kucing | mascota | hund | katze | chew toy
  a: pets | pet supplies | pet food | dog food & treat | dog dry food | pet leashes | horses | horse grooming & bathing supplies | mascotas | ropa para mascotas | pet accessories | haustier | animalerie | hewan peliharaan | pet collars, leashes & harnesses
Food & Drink > Food
  k: chocolate | snack | cereal | granola | cookies | pasta | rice | spice | sauce | candy | honey | nuts | noodles | oatmeal | flour | sugar | olive oil | kopiah | biscuit | makanan | chips | crackers | breakfast cereal
  a: food | grocery | groceries | grocery and gourmet food | food & beverage | breakfast cereal | snacks | spices | baking goods | lebensmittel | alimentation | alimentos | makanan & minuman | comida | snacks and breakfast | thực phẩm và đồ uống | sweeteners and sugars
Food & Drink > Coffee & Tea
  k: coffee | tea | ground coffee | k-cup | coffee beans | green tea | black tea | herbal tea | tea bags | whole bean | kopi | teh | kaffee | café molido | roast
  a: coffee | tea | coffee & tea | coffee and tea | kaffee & tee | café et thé | kopi | teh
Food & Drink > Drinks
  k: beer | wine | juice | milk | soda | water | whisky | vodka | energy drink | mineral water | cider | rum | susu | cerveza | powdered milk | uht milk | sparkling water | soft drink
  a: beverages | drinks | alcoholic beverages | beer & cider | milk | fresh milk | flavoured milk | dairy & chilled | dairy & eggs | powdered milk | uht milk | sữa | sữa bột | minuman | air mineral | getränke | boissons | bebidas | sữa - trứng
Gift Cards & Services
  k: gift card | prepaid card | subscription | protection plan | service plan | installation | warranty plan | geek squad | e-voucher | voucher | season pass
  a: gift cards | gift card | vouchers | services | video receiving & installation | gutscheine | cartes cadeaux
"""


def _parse(text: str) -> dict[str, Category]:
    lines = text.strip().splitlines()
    triples = zip(lines[0::3], lines[1::3], lines[2::3], strict=True)
    return {
        path.strip(): Category(path.strip(), _words(names.strip()[3:]), _words(levels.strip()[3:]))
        for path, names, levels in triples
    }


CATEGORIES: dict[str, Category] = _parse(_TEXT)
"""Path -> category; the keys are the allowed categories."""
