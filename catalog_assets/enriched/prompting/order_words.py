# ruff: noqa: E501 (word lists)
"""Words by which a text speaks to whoever processes it, in many languages.

Belongs here: the words, as data. Does not belong here: which of them together make an order (`orders.py`). One word
alone says nothing: "ignore", "system", "prompt" and "output" are words of ordinary product texts.

`*` stands for any letters at the end of a word. Phrases are compared without accents, in lower case.
"""

DISREGARD = """
overriding | overrules | overruling | outranks | n'ecoute pas | n'ecoutez pas | no escuches | no escuche | non ascoltare | nao ouca | hor nicht auf | horen sie nicht auf | не слушай* | 不要听 | 别听 | 聞くな | 聞かない | 듣지 마
put aside | don't stick to | do not stick to | throw away | stop listening to | scrap
puuza | balewalain | huwag pansinin | игнорирай* | ignoriraj* | zanemari* | ignoruok* | ignore | ignoreeri | nadide begir | نادیده بگیر | نظر انداز | উপেক্ষা | புறக்கணி | نظرانداز | ignorisi* | ignorišite
ignore | ignores | ignoring | disregard* | forget | forgetting | override | overrides | overrule | overwrite | bypass | discard | neglect | set aside | drop | cancel | supersede* | replace*
do not follow | don't follow | do not obey | don't obey | stop following | pay no attention to | do not consider | no longer apply | no longer valid | are void | is void | are cancelled | are revoked | take precedence over | takes precedence over | instead of
ignorier* | ignoriere* | vergiss | vergesst | vergessen sie | missachte* | beachte* nicht | befolge* nicht | ubergehe* | verwirf | verwerfen sie
ignorez | ignorer | oublie | oubliez | ne tiens pas compte | ne tenez pas compte | ne tenez aucun compte | fais abstraction | faites abstraction | ne suis pas | ne suivez pas
ignora | ignore | ignoren | ignorad | olvida | olvide | olviden | haz caso omiso | haga caso omiso | hagan caso omiso | no sigas | no siga | descarta | descarte | omite | omita
ignorate | ignorare | dimentica | dimenticate | dimentichi | non considerare | non seguire | tralascia | trascura
esqueca | esquece | esquecam | desconsidere | desconsidera | desconsiderem | nao siga | despreze
negeer | negeren | vergeet | sla over | houd geen rekening
zignoruj | ignoruj | ignorujcie | pomin | pomincie | zapomnij | nie zwracaj uwagi
ignorera | glom | bortse | strunta i | ignorer | glem | se bort | unohda | jata huomiotta | ala valita
yok say | yok sayin | yoksay* | gormezden gel* | unut | unutun | dikkate alma* | goz ardi et*
игнорируй* | игнорируйте | игнорировать | проигнорируй* | забудь* | не обращай* внимания | не следуй* | пренебрег* | отбрось*
ігноруй* | забудь* | знехтуй* | ignoruj* | zapomen* | nedbej* | hagyd figyelmen kivul | felejtsd el | felejtse el | ignora | ignorati | uita | uitati
αγνοησε | αγνοηστε | ξεχνα | ξεχασε | ξεχαστε
abaikan | lupakan | jangan hiraukan | jangan ikuti | acuhkan | kesampingkan | bo qua | phot lo | hay quen | quen di | khong lam theo
เพิกเฉย | ละเว้น | ไม่ต้องสนใจ | อย่าสนใจ | ไม่ต้องทำตาม | ลืมคำสั่ง | มองข้าม
忽略 | 无视 | 無視 | 忘记 | 忘記 | 忘掉 | 不要理会 | 不要理會 | 不理会 | 不必理会 | 不要遵循 | 不要遵守 | 不用管 | 抛开 | 作废
無視 | 忘れ | 従わない | 従うな | 무시 | 잊어 | 잊으 | 따르지
تجاهل | تجاهلوا | انس | انسى | لا تتبع | התעלם | התעלמו | תתעלם | שכח | अनदेखा | अनदेखी | नजरअंदाज | नज़रअंदाज | भूल जा | उपेक्षा
"""

ORDERS = """
what came before | whatever came before | was vorher kam | lo que precede | o que precede | whatever you were told | what you were told | what you've been told | what you have been told | anything you were told | everything you were told | was dir gesagt wurde | ce qu'on t'a dit | lo que te han dicho | lo que te dijeron
maagizo | maelekezo | tagubilin | utos | upute | uputstva | nurodym* | noradijum* | juhis* | instruccions | دستورالعمل | دستورات | ہدایات | নির্দেশ | வழிமுறை | அறிவுறுத்தல்
instruction | instructions | prompt | prompts | directive | directives | guideline | guidelines | system message | system messages | programming | safety rules | your rules | task description | the task
anweisung* | instruktion* | vorgaben | befehl* | systemprompt* | aufgabenstellung
instructions | consigne | consignes | directive* | instruccion | instrucciones | indicaciones | directrices | ordenes
istruzion* | direttiv* | indicazioni | instrucao | instrucoes | diretriz* | ordens | comandos
instructie* | opdracht* | aanwijzing* | instrukcj* | polecen* | wytyczn* | instruktion* | anvisning* | ohje* | ohjeet | ohjeita
talimat* | yonerge* | komut* | инструкци* | указани* | команд* | предписани* | промпт* | інструкці* | вказівк* | instrukce* | pokyn* | utasitas* | instructiuni* | οδηγι* | εντολ*
instruksi | perintah | petunjuk | arahan | huong dan | chi dan | chi thi | menh lenh | cac lenh | loi nhac | yeu cau
คำสั่ง | คำแนะนำ | ข้อกำหนด | พรอมต์
指令 | 指示 | 提示词 | 提示詞 | 提示 | 系统消息 | 命令 | 规则 | 規則 | 说明 | 說明 | プロンプト | 指図 | 命令 | ルール
지시 | 명령 | 프롬프트 | 지침 | تعليمات | التعليمات | اوامر | الاوامر | הוראות | ההוראות | הנחיות | निर्देश | निर्देशों | आदेश
"""
"""What a model has been told."""

LOOSE_ORDERS = """
ce qui | cio che | le texte | el texto | il testo | o texto
alles | tout | todo | tudo | tutto | wszystko | allt | alt | все | всё | lo anterior | contenu | contenido | conteudo | contenuto | inhalt | angaben | beschreibung | texte | texto | testo | descripcion | descricao | descrizione | semuanya | teks | noi dung | van ban | 内容 | 信息 | 文字 | 描述 | 文章 | 記載 | 내용 | 글 | 텍스트 | 설명 | المحتوى | النص | ข้อความ | เนื้อหา | सामग्री | पाठ
direction | directions | guidance | note | notes | statement | statements | description
rule | rules | order | orders | command | commands | context | training | constraints | restrictions | everything | anything | text | message | messages | request | requests | data | content | task | tasks | regel | regeln | regles | regla | reglas | regole | regras | regels | zasad* | правил* | aturan | quy tac | กฎ | kural*
"""
"""Words for it that mean other things as well."""

PRIOR = """
yote | zote | awali | lahat | nakaraan | всички | предишни* | sve | svi | prethodn* | visas | visus | ankstesn* | ieprieks* | koik | eelnev* | totes | anteriors | قبلی | تمام | همه | পূর্ববর্তী | সমস্ত | আগের | پچھلی | முந்தைய | அனைத்து
previous | previously | prior | above | earlier | preceding | foregoing | before | all | any | other | your | these | those | system | existing | given | former | every | hidden | initial | original | developer
vorherig* | bisherig* | obig* | fruher* | vorangegangen* | vorangehend* | alle | allen | samtliche | deine | ihre | zuvor
precedent* | ci-dessus | anterieur* | toutes | tous | toute | tes | vos | anterior* | previ* | todas | todos | tus | sus | arriba | precedenti | tutte | tutti | tue | sopra | acima | suas | seus
vorige | eerdere | alle | bovenstaande | voorgaande | poprzedni* | wszystki* | powyzsz* | wczesniejsz* | tidigare | alla | foregaende | ovanstaende | tidligere | forrige | aiemmat | aiempia | kaikki | edelliset
onceki | tum | butun | yukaridaki | предыдущ* | прежн* | вышеуказанн* | все | всех | выше | ранее | попередн* | усі | всі | predchozi | vsechny | korabbi | osszes | elozo | anterioare | toate | προηγουμεν* | ολες
sebelumnya | semua | seluruh | di atas | truoc | truoc do | tat ca | moi | ben tren | ก่อนหน้า | ทั้งหมด | ข้างต้น | เดิม
之前 | 以前 | 先前 | 上述 | 以上 | 上面 | 所有 | 前面 | 全部 | 此前 | 一切 | これまで | すべて | 全て | 上記 | 前の | 今まで
이전 | 모든 | 위의 | 앞의 | 기존 | السابقة | السابقه | جميع | كل | اعلاه | הקודמות | כל | पिछले | पिछली | सभी | पहले | उपरोक्त | ऊपर
"""

STRICTLY_PRIOR = """
precede | precedono | precedes | preceding | came before | written above
vorher | zuvor | davor | oben | vorstehend* | avant | plus haut | lo anterior | arriba | antes | acima | prima | sopra | ранее | выше | до этого | predtym | tidigare | tidligere | ovan | hierboven | wczesniej | powyzej | phia tren | ben tren | 之前 | 以上 | 上面 | 上述 | 前面 | 前述 | 上記 | 以前 | これまで | 위의 | 앞의 | 이전 | 상기 | السابق | أعلاه | اعلاه | पिछले | पिछला | ऊपर | ก่อนหน้า | ด้านบน | ข้างบน | ข้างต้น
previous | prior | above | earlier | preceding | foregoing | you were given | you have been given | your system | your developer | said before | system
vorherig* | obig* | vorangegangen* | precedent* | ci-dessus | anterior* | precedenti | bovenstaande | voorgaande | poprzedni* | powyzsz* | onceki | yukaridaki | предыдущ* | вышеуказанн* | sebelumnya | di atas | truoc do | ก่อนหน้า | ข้างต้น
"""

READER = """
classification engine | extraction engine | enrichment engine | indexing engine | cataloguing engine | models reading | systems reading | bots reading | engines reading
modelem jezykowym | modelu jezykowym | automatische systeme | automatisches system | automatischen systeme | machines reading | machine | sztucznej inteligencji | extraction tool | extraction tools | data robots | web robots | robots indexing | ai summarizer* | ai summariser* | summarizer*
ai | a.i. | ais | ai model | ai models | ai system | ai systems | ai assistant | ai assistants | ai agent | ai agents | ai reader | ai tool | ai tools | ai bot | artificial intelligence | language model | language models | large language model | large language models | llm | llms | gpt | gpt-* | chatgpt | chat gpt | chatbot | chatbots | neural network | ml model | machine learning model | machine reader* | automated system | automated systems | automated reader* | automated extract*
ai extractor | data extractor | extractor | annotator | annotators | parser | extraction model | extraction system | extraction agent | extraction bot | cataloguing model | catalog bot | catalog assistant | data processor* | enrichment model | enrichment pipeline | enrichment system
ki | ki-modell* | ki-system* | ki-assistent* | kis | sprachmodell* | kunstliche intelligenz
ia | intelligence artificielle | modele de langage | modeles de langage | grand modele de langage | inteligencia artificial | modelo de lenguaje | modelos de lenguaje | modelo de linguagem | modelos de linguagem | intelligenza artificiale | modello linguistico | modelli linguistici | modello di linguaggio
taalmodel | taalmodellen | kunstmatige intelligentie | model jezykowy | modele jezykowe | modelu jezykowego | sztuczna inteligencj* | sprakmodell* | sprogmodel* | kielimalli* | tekoaly*
yapay zeka* | dil model* | языков* модел* | нейросет* | искусственн* интеллект* | ии | мовн* модел* | jazykov* model* | nyelvi modell* | model lingvistic | γλωσσικ* μοντελ*
model bahasa | kecerdasan buatan | mo hinh ngon ngu | tri tue nhan tao | โมเดลภาษา | ปัญญาประดิษฐ์
语言模型 | 語言模型 | 大模型 | 人工智能 | 人工智慧 | ai模型 | ai助手 | 智能助手 | 机器人 | 言語モデル | 人工知能 | 언어 모델 | 인공지능
الذكاء الاصطناعي | ذكاء اصطناعي | نموذج اللغة | نموذج لغوي | מודל שפה | בינה מלאכותית | भाषा मॉडल | एआई | कृत्रिम बुद्धि*
"""

NOTE = """
निर्देश | سفارش | نوٹ | ملاحظه
correction | corrections | update | advice | remark | request | korrektur | bitte | correzione | correccion | correcao | a l'attention | vermerk
answer key | expected answers | solution
note | notes | notice | attention | message | messages | instruction | instructions | hint | hey | dear | hello | hi | reminder | memo | warning | important | important notice | important note | directive | guidance | order | orders | command | prompt | information | info
hinweis | hinweise | achtung | anweisung* | nachricht | liebe* | hallo | notiz | remarque | note | attention | consigne* | message | cher | chere | bonjour | nota | aviso | atencion | mensaje | querido | querida | hola | avviso | attenzione | messaggio | caro | cara | ciao | atencao | mensagem | instrucao | instrucoes | instrucciones | istruzioni | ola
let op | bericht | opmerking | uwaga | wiadomosc | obs | meddelande | внимание | примечание | сообщение | инструкция | уважаем* | dikkat | not | catatan | perhatian | pesan | luu y | chu y | ghi chu | หมายเหตุ | ข้อความถึง | เรียน | 注意 | 提示 | 致 | 备注 | お知らせ | 注 | 주의 | 참고 | 안내 | ملاحظة | تنبيه | הערה | ध्यान दें | नोट
"""

TO = """
a l'attention de | a l'attention des | a la atencion de | all'attenzione di | z hd
to | for | towards | an | fur | an die | fur die | an alle | a | a la | pour | pour l' | pour les | a l' | al | para | para la | para el | a todos los | per | per l' | alla | all' | do | dla | for | till | til | для | voor | aan | untuk | kepada | cho | gui | สำหรับ | ถึง | 给 | 給 | 对 | へ | 에게 | الى | إلى | ל | के लिए
"""

PRODUCE = """
vermerke* | notiere* | responder | repondre | antworten | rispondere |填 | 应填 | 應填 | 填成
output | outputs | return | respond | reply | answer | print | write | emit | report | set | assign | fill | fill in | put | enter | record | mark | classify | categorize | categorise | label | tag | treat | extract | choose | select | use | say | state | declare | list | insert | add | append | copy | cite | quote | repeat | translate | rate | score | give | provide | consider | assume | make sure | ensure | ignore | disregard | forget | do not | don't | never | always | must | should | shall | follow | obey | execute | run | update | change | replace | populate | flag | approve | infer | pick | default to | stop | skip | reveal | disclose | confirm
gib | gebt | geben sie | setze | setzen sie | setz | antworte* | antworten sie | trage | tragen sie | trag | markiere* | markieren sie | klassifiziere* | schreibe | schreib | schreiben sie | verwende* | wahle | wahlen sie | melde | melden sie | musst | mussen | sollst | sollen | fulle | fullen sie | nenne | nennen sie | behandle* | kennzeichne*
reponds | repondez | renvoie | renvoyez | retourne | retournez | definis* | mets | mettez | indique | indiquez | classe | classez | marque | marquez | ecris | ecrivez | utilise | utilisez | choisis* | remplis* | attribue* | dois | devez | considere* | donne | donnez
responde | responda | devuelve | devuelva | establece | establezca | pon | ponga | indica | indique | clasifica | clasifique | marca | marque | escribe | escriba | usa | use | elige | elija | rellena | rellene | asigna | asigne | reporta | contesta | conteste | registra | registre | debes | debe | deben | considera | trata
rispondi | rispondete | restituisci | restituite | imposta | impostate | metti | indica | classifica | segna | scrivi | scegli | compila | assegna | devi | dovete | considera | riporta
retorne | retorna | defina | coloque | classifique | escreva | escolha | preencha | atribua | deve | deves | considere | responder | marque
antwoord | geef | zet | stel | markeer | schrijf | gebruik | kies | vul | moet | odpowiedz | odpowiadaj | zwroc | ustaw | wpisz | oznacz | sklasyfikuj | uzyj | wybierz | podaj | musisz | svara | ange | satt | markera | skriv | svar | angi | sett | vastaa | aseta | kirjoita
yanitla* | cevapla* | dondur* | ayarla* | yaz | yazin | isaretle* | sec | secin | kullan | kullanin | belirt* | ответь* | отвечай* | верни* | установи* | укажи* | поставь* | запиши* | классифицируй* | выведи* | используй* | отметь* | напиши* | должен | должна | должны | считай* | вкажи* | встанови* | nastav* | odpovez* | allitsd | valaszolj* | raspunde* | seteaza* | απαντησ* | βαλε | γραψε
jawab | jawablah | kembalikan | isi | isikan | setel | tulis | tuliskan | tandai | klasifikasikan | gunakan | pilih | laporkan | keluarkan | harus | tetapkan | tra loi | dat | ghi | dien | xuat | tra ve | danh dau | phan loai | chon | hay | phai
ตอบ | ตั้งค่า | ระบุ | กรอก | ส่งคืน | กำหนด | ต้อง | ใส่ค่า | ให้ใส่ | เลือกค่า
输出 | 輸出 | 返回 | 回答 | 回复 | 回覆 | 填写 | 填寫 | 填入 | 填为 | 设为 | 設為 | 设置 | 設置 | 设定 | 標記 | 标记 | 标注 | 归类 | 歸類 | 分类为 | 必须 | 必須 | 请将 | 請將 | 报告 | 选择 | 一律 | 出力 | 返し | 答え | 設定 | 記入 | 入力し | 分類し | 報告し | してください | せよ | しなさい
출력 | 반환 | 대답 | 답하 | 답변 | 설정 | 입력 | 표시 | 분류 | 보고 | 하세요 | 하십시오 | 하라 | اجب | اكتب | ضع | اعد | حدد | اختر | صنف | يجب | اجعل | ענה | כתוב | הגדר | סמן | החזר | लिखें | लिखो | सेट करें | सेट करो | उत्तर दें | जवाब दें | बताएं | चुनें | चाहिए
"""
"""What a reader is told to do, in forms that are orders."""

SLOT = """
field | fields | attribute | attributes | value | key | column | property | slot | parameter | variable | tag | json
feld | felder | feldes | attribut | attributs | wert | spalte | eigenschaft | champ | champs | attribut | attributs | valeur | colonne | campo | campos | atributo | atributos | valor | columna | coluna | attributo | attributi | valore | colonna
veld | velden | waarde | attribuut | pole | pola | atrybut* | wartosc | falt | faltet | attributet | varde | kentta | kenttaan | arvo | alan* | oznitelik* | niteli* | deger* | поле | поля | атрибут* | значени* | столбец | πεδιο | τιμη
kolom | nilai | atribut | isian | truong | thuoc tinh | gia tri | ฟิลด์ | คุณลักษณะ | แอตทริบิวต์ | ค่าของ
字段 | 欄位 | 栏位 | 属性 | 屬性 | 属性值 | フィールド | 項目 | の値 | 필드 | 속성 | 항목 | حقل | الحقل | سمة | السمة | قيمة | שדה | הערך | फ़ील्ड | फील्ड | विशेषता
"""
"""A place in what is answered."""

INTO = """
to | as |  is | with | into | equals | auf | als | mit | ist | a | sur | comme | en | par | como | con | come | su | com | igual a | op | na | jako | som | olarak | как | на | в | sebagai | ke | menjadi | dengan | thanh | la | bang | เป็น | ว่า | 为 | 為 | 成 | 是 | に | を | と | 로 | 으로 | الى | على | ل | को | के रूप में | पर
"""

EVERY = """
all | every | each | any | other | next | following | remaining | alle | jedes | jeden | jede | toutes les | tous les | chaque | todos los | todas las | cada | tutti i | tutte le | ogni | todos os | todas as | alla | wszystkie | все | всех | каждого | semua | setiap | tat ca | moi | tum | her | ทุก | 所有 | 每个 | 全部 | すべての | 全ての | 모든 | جميع | كل | सभी
"""
PRODUCTS = """
product | products | item | items | listing | listings | entry | entries | record | records | row | rows | produkt* | artikel* | produit | produits | article | articles | producto | productos | articulo | articulos | prodotto | prodotti | articolo | articoli | produto | produtos | producten | товар* | продукт* | produk | barang | san pham | urun* | สินค้า | 产品 | 商品 | 產品 | 製品 | 상품 | 제품 | منتج* | المنتجات | उत्पाद*
"""

ONLY = """
only | always | just | strictly | solely | exactly | exclusively | nothing but | nur | ausschliesslich | immer | stets | uniquement | seulement | toujours | solo | unicamente | siempre | soltanto | sempre | apenas | somente | alleen | altijd | tylko | zawsze | bara | endast | alltid | sadece | yalnizca | daima | только | всегда | исключительно | hanya | selalu | chi | luon | เท่านั้น | เสมอ | เพียง | 只 | 仅 | 只能 | 总是 | 始终 | 一律 | のみ | だけ | 常に | 必ず | 만 | 항상 | 오직 | فقط | دائما | केवल | हमेशा | सिर्फ
"""
ANSWER = """
respond | reply | answer | output | antworte* | antworten sie | reponds | repondez | responde | responda | contesta | conteste | rispondi | rispondete | antwoord | odpowiedz | odpowiadaj | svara | svar | vastaa | yanitla* | cevapla* | ответь* | отвечай* | jawab | jawablah | tra loi | ตอบ | 回答 | 输出 | 輸出 | 回复 | 答え | 出力 | 답 | 대답 | 출력 | اجب | उत्तर | जवाब
"""
ITSELF = """
system prompt | systemprompt* | language model | as an ai | i am an ai | i'm an ai | i cannot | i can't | i am unable | i apologize | i'm sorry | i am sorry | my instructions | my prompt | the prompt | the instructions | previous instructions | as instructed | as requested | as you asked | the user | the json | the schema | this prompt
sprachmodell* | als ki | wie angewiesen | meine anweisungen | modele de langage | en tant qu'ia | mes instructions | modelo de lenguaje | como ia | mis instrucciones | modello linguistico | le mie istruzioni | modelo de linguagem | minhas instrucoes | языков* модел* | мои инструкции | 语言模型 | 系统提示 | 我的指令 | システムプロンプト | 言語モデル | 시스템 프롬프트
"""
"""What an answer says that speaks of itself or of its instructions and not of a product."""

ATTRIBUTE_LIKE = """
brand | price | availability | stock | marke | preis | marque | prix | marca | precio | prezzo | preco | merek | harga | цвет* | размер* | материал* | пол | вес | kolor | rozmiar | renk | beden | cinsiyet | malzeme | agirlik | 颜色 | 性别 | 材质 | 尺寸 | 色 | 性別 | 素材 | サイズ | 색상 | 성별 | 소재 | 사이즈 | اللون | لون | الجنس | المادة | रंग | लिंग | सामग्री | צבע | farg | vari | χρωμα
"""
"""Names of attributes that the vocabulary does not have as suppliers' words, and of fields."""
READER_LOOSELY = """
the model | this model reading | the assistant | assistant | asistente | assistente | asisten | 助手 | アシスタント | 어시스턴트 | ассистент* | المساعد | ผู้ช่วย | tro ly | bot | bots | agent | classifier | crawler | scraper | copilot | gemini | claude | assistent | robots | robot | parser | extractor | annotator | roboter | robots | robo | robos | robot | роботы | роботов | 机器人 | 機器人 | ロボット | 로봇 | หุ่นยนต์ | may | 爬虫
"""
"""Words for a reader that are parts of products as well."""

DEAR = """
dear | hello | hey | hi | liebe* | hallo | cher | chere | bonjour | querido | querida | hola | caro | cara | ciao | ola | prezad* | уважаем* | привет | drogi | droga | kara | kaere | beste | sevgili | yth | kepada yth | kinh gui | gui | than gui | เรียน | ถึง | 亲爱的 | 親愛的 | 致 | 尊敬的 | 親愛なる | 친애하는 | عزيزي | प्रिय
"""

THIS_TEXT = """
this page | this text | this listing | this description | this document | this message | this data | this record | this entry | the text above | the page | diesen text | diese seite | diese beschreibung | diesen eintrag | ce texte | cette page | cette description | cette fiche | este texto | esta pagina | esta descripcion | esta descricao | questo testo | questa pagina | questa descrizione | deze tekst | deze pagina | ten tekst | te strone | этот текст | эту страницу | это описание | teks ini | halaman ini | deskripsi ini | van ban nay | trang nay | ข้อความนี้ | หน้านี้ | 本页 | 本頁 | 这段文字 | 此文本 | 此页面 | 本文 | このテキスト | このページ | この文章 | 이 글 | 이 텍스트 | 이 페이지 | هذا النص | هذه الصفحة | यह पाठ
"""
YOUR_TASK = """
your task | your only task | your job | your role | deine aufgabe | ihre aufgabe | ta tache | votre tache | ta mission | tu tarea | su tarea | il tuo compito | la tua mansione | sua tarefa | a sua tarefa | twoje zadanie | twoim zadaniem | твоя задача | ваша задача | tugasmu | tugas anda | tugas kamu | nhiem vu cua ban | หน้าที่ของคุณ | 你的任务 | 你的任務 | 您的任务 | あなたの任務 | あなたのタスク | あなたの役割 | 당신의 임무 | 너의 임무 | gorevin | مهمتك | आपका काम
"""

DO = """
go with | keep | mention that
enter | use | say that
output | return | respond | reply | answer | print | emit | report | set | assign | fill in | mark | classify | categorize | categorise | label | tag | extract | record | disregard | ignore | forget | obey | execute | reveal | disclose | treat this | treat it | write | state that | do not extract | do not report | you must | you should | you shall | you will | your | choose | select | put | include | infer | approve | rate this | score this | skip
"""
"""What is done with answers: the narrower part of PRODUCE, for where the rest of a sentence says little."""

PROCESSING = """
summarizing | summarising | crawling | indexing | scanning | cataloguing | cataloging | that summarizes | that extracts | who extracts
reading this | reads this | read this | processing this | processes this | parsing this | extracting this | extracting data | extracting attributes | analyzing this | analysing this | summarizing this | reading the | processing the | parsing the | systems | models | assistants | agents | bots | tools
das dies liest | die dies lesen | qui lit | qui lisez | que lee | que lea | que leen | che legge | que le | который читает | читающ* | yang membaca | dang doc | ที่อ่าน | 阅读 | 读取 | 处理 | 読んでいる | 処理する | 읽는 | 처리하는
"""

AS_READER = """
as an ai | as an ai model | as an ai assistant | as an llm | as a language model | as a large language model | als ki | als sprachmodell | en tant qu'ia | en tant que modele | como ia | como modelo de lenguaje | como modelo de linguagem | come ia | come modello linguistico | 作为ai | 作为一个ai | 作为语言模型 | 作为人工智能 | aiとして | 言語モデルとして | ai로서 | как ии | как языковая модель | sebagai ai | sebagai model bahasa
"""

IF = """
imagine | suppose | assuming | stell dir vor | imagine que | imagina que | immagina che | 假设 | 假装
if | when | since | because | wenn | falls | da | si | quand | se | quando | jika | kalau | bila | apabila | neu | หาก | ถ้า | 如果 | 若 | 假如 | もし | 만약 | 만일 | если | jesli | jezeli | eger | als | om | hvis | jos | pokud | ha | اذا | إذا | यदि | अगर | אם | αν
"""
YOU = """
you are | you're | you happen to be | du | sie | tu es | vous etes | eres | es usted | usted es | sei | siete | voce e | anda | kamu | anda adalah | kamu adalah | ban la | คุณเป็น | คุณคือ | 你是 | 您是 | 你現在是 | 你现在是 | あなたが | あなたは | 당신이 | 당신은 | 너는 | ты | вы | jestes | jij | je | du ar | du er | olet | jsi | كنت | انت | أنت | आप | sen | siz | אתה | εισαι
"""
NOW = """
you are now | you are no longer | you now are | from now on you | du bist jetzt | du bist nun | du bist ab sofort | sie sind jetzt | sie sind nun | tu es maintenant | tu es desormais | vous etes maintenant | vous etes desormais | ahora eres | a partir de ahora eres | ora sei | da ora sei | agora voce e | voce agora e | ты теперь | теперь ты | вы теперь | теперь вы | 你现在是 | 从现在起你是 | 从现在开始你是 | 你現在是 | 今からあなたは | あなたは今から | 이제 너는 | 이제부터 너는 | 이제 당신은 | 이제부터 당신은 | kamu sekarang adalah | anda sekarang adalah | sekarang kamu adalah | sekarang anda adalah | bay gio ban la | ban bay gio la | ตอนนี้คุณคือ | ตอนนี้คุณเป็น | sen artik | artik sen | jestes teraz | je bent nu | du ar nu | أنت الآن | انت الان | अब आप | act as | behave as | behave like | roleplay as | respond as | pretend to be | pretend you are
"""
MODE = """
mode | expert mode | dan | jailbroken | unrestricted | extractor | classifier | assistant | annotator | parser | modus | modo | modalita | режим* | режиме | 模式 | モード | 모드
"""

NEW_ORDERS = """
new color value | new value for | new values for | what you do next | here is what you do | next step for you
new instructions | new instruction | updated instructions | revised instructions | real instructions | actual instructions | additional instructions | secret instructions | hidden instructions | new task | your real task | your actual task | your new task | your only task | your new role | your new goal | your new instructions | new system prompt | new directive | new directives | revised task
neue anweisung | neue anweisungen | neue aufgabe | neue instruktionen | nouvelles instructions | nouvelle instruction | nouvelles consignes | nouvelle consigne | nuevas instrucciones | nueva instruccion | nuevas indicaciones | nueva tarea | nuove istruzioni | nuova istruzione | nuovo compito | novas instrucoes | nova instrucao | nova tarefa | nieuwe instructie | nieuwe instructies | nowe instrukcje | nowe polecenie | nowe polecenia | nya instruktioner | nye instruktioner | uudet ohjeet | yeni talimat* | yeni gorev* | новые инструкции | новая инструкция | новое указание | новая задача | нові інструкції | nove instrukce | uj utasitas* | instructiuni noi | νεες οδηγιες
instruksi baru | perintah baru | huong dan moi | chi thi moi | lenh moi | คำสั่งใหม่ | 新指令 | 新的指令 | 新任务 | 新的任务 | 新指示 | 新しい指示 | 新しいタスク | 新たな指示 | 새로운 지시 | 새 지시 | 새로운 명령 | تعليمات جديدة | הוראות חדשות | नए निर्देश | नया निर्देश
"""
YOUR_ANSWER = """
your answer | your output | your response | your reply | your answers | your extraction | deine antwort | ihre antwort | deine ausgabe | ihre ausgabe | ta reponse | votre reponse | votre sortie | tu respuesta | su respuesta | tu salida | la tua risposta | la sua risposta | il tuo output | sua resposta | a sua resposta | твой ответ | ваш ответ | twoja odpowiedz | je antwoord | uw antwoord | ditt svar | dit svar | yanitin* | cevabin* | jawaban anda | jawaban kamu | jawabanmu | cau tra loi cua ban | คำตอบของคุณ | 你的回答 | 你的输出 | 你的答案 | 您的回答 | 您的输出 | あなたの回答 | あなたの出力 | 당신의 답변 | 당신의 출력 | 너의 답 | اجابتك | आपका उत्तर
"""
MODAL = """
must | should | shall | has to | have to | needs to | need to | is to | are to | ought to | please | muss | mussen | soll | sollen | sollte | sollten | doit | doivent | devez | dois | debe | deben | debes | deve | devono | devem | devi | должен | должна | должно | должны | harus | wajib | phai | ต้อง | 必须 | 必須 | 应该 | 應該 | 应当 | 應當 | 请 | 請 | は必ず | 반드시 | moet | moeten | musi | musza | maste | skal | يجب | kell | mora | चाहिए
"""
SECRETS = """
system prompt | system message | hidden instructions | initial instructions | original instructions | internal instructions | secret instructions | your prompt | your instructions | api key | api keys | environment variables | systemprompt | invite systeme | prompt del sistema | prompt do sistema | prompt di sistema | prompt systeme | системный промпт | системную подсказку | 系统提示 | 系统提示词 | 系統提示 | システムプロンプト | 시스템 프롬프트
"""
REVEAL = """
reveal | print | show | repeat | output | leak | disclose | expose | send | display | what is | what are | tell me | write out | append | dump | include | gib | zeige | nenne | affiche* | revele* | montre* | revela | muestra | imprime | mostra | rivela | stampa | mostre | покажи* | раскрой* | выведи* | tampilkan | tunjukkan | 显示 | 输出 | 告诉 | 泄露 | 表示し | 出力し | 教えて | 출력 | 보여
"""
PHRASES = """
models reading this | systems reading this | bots reading this | annotate accordingly | label accordingly | tag accordingly | classify accordingly | mark accordingly | fill accordingly | answer accordingly | if you don't answer | if you do not answer | if you don't output | if you don't report | wenn du nicht antwortest | si tu ne reponds pas | si no respondes | se non rispondi | se voce nao responder | если не ответишь | 如果你不回答 | 回答しないと
this is an order | that is an order | this is a command | das ist ein befehl | c'est un ordre | es una orden | e un ordine | e uma ordem | это приказ | 这是命令 | これは命令 | 이것은 명령 | do not mention this | do not mention that | don't mention this | don't mention that | without mentioning this | do not tell anyone about this | nicht erwahnen dass | erwahne das nicht | ne mentionne pas ce | ne mentionnez pas | no menciones este | no menciones esto | non menzionare questo | nao mencione isto | не упоминай об этом | 不要提及 | 不要提到 | このことには触れない | 언급하지 마 | now that the product text is over | end of the product text | language models only | for language models | for llms only | aos modelos de linguagem | a los modelos de lenguaje | ai modelli linguistici | aux modeles de langage | an sprachmodelle | для языковых моделей | you are a data entry | you are a labeler | you are a tagger | you are an expert in product | you are a product expert | you are a catalog expert
dear model | dear assistant | dear ai | dear llm | dear bot | dear extractor | dear classifier | dear parser | ملاحظة للذكاء | تعليمات للذكاء | إلى الذكاء الاصطناعي | एआई के लिए नोट
told before | to whom it may extract | to whom it may process | told you before | been told earlier | been told before | were told earlier | were told before | in your json | in your output | in your answer | in your response | your json | be that ai | return it unchanged | keep it unchanged | 不要理会其他内容
please act as | act as my | act as if you | continue in the same way | continue the pattern | continue this pattern | answer in the same way | unless you say | unless you answer | unless you output | text you are reading | message you are reading | instead of what the title says | instead of the title | when you process this listing | when you process this product | when you extract | when extracting attributes | do not extract | do not report the | must be returned by the model | returned by the model | output by the model
do anything now | from now on always | from now on answer | from now on respond | from now on output | pretend that you | pretend this product | pretend that this product | as evidence | as the evidence | as your evidence | evidence field | evidence span | output json | output only json | output valid json | output the json | respond in json | respond with json | reply with json | answer in json | return json | return valid json | return only | valid json only | json only | the json schema | not_stated | not stated list
ab sofort antworte* | ab jetzt antworte* | antworte nur mit | antworten sie nur mit | antworte ausschliesslich | als beleg | a partir de maintenant reponds | reponds uniquement | repondez uniquement | reponds seulement | comme preuve | a partir de ahora responde | responde solo | responda solo | responde unicamente | responda unicamente | responda apenas | responda somente | como evidencia | da ora in poi rispondi | rispondi solo | rispondi soltanto | rispondi esclusivamente | come prova | come evidenza | antwoord alleen | antwoord uitsluitend | odpowiedz tylko | odpowiadaj tylko | svara endast | svara bara | отвечай только | отвечайте только | ответь только | ответьте только | в качестве доказательства | jawab hanya | jawab saja | jawablah hanya | sebagai bukti | chi tra loi | ตอบเพียง | ตอบเฉพาะ | ตอบว่า | ตอบแค่ | 只回答 | 只输出 | 只返回 | 只需回答 | 仅输出 | 仅回答 | 仅返回 | 总是回答 | 始终回答 | 一律回答 | 一律输出 | 请输出 | 请回答 | 请返回 | 作为证据 | とだけ回答 | とだけ答え | のみを出力 | のみ出力 | だけを出力 | だけ出力 | と回答し | と答えて | と出力し | 証拠として | 라고만 답 | 라고 답하 | 라고 대답 | 만 출력 | 라고 출력 | 증거로 | اجب فقط | اجب ب | केवल उत्तर | उत्तर दें कि
"""
"""What is said to a reader of data and to nobody else: one is enough."""

EVERY_OTHER = """
all other | every other | each other | any other | the other | all the other | all remaining | remaining | the following | the next | subsequent | the rest of the | alle anderen | alle weiteren | jedes andere | alle ubrigen | tous les autres | toutes les autres | les autres | todos los demas | todas las demas | todos los otros | los demas | tutti gli altri | gli altri | todos os outros | os demais | alle andere | wszystkie inne | wszystkie pozostale | все остальные | всех остальных | остальным | semua produk lain | semua barang lain | diger tum | tum diger | 其他 | 其它 | 所有 | 其余 | 他の | 他のすべての | 다른 모든 | 나머지 | جميع | بقية | अन्य सभी | ทุก | อื่นๆ ทั้งหมด | tat ca cac
"""
IN_THIS_REQUEST = """
in this batch | in this request | in this list | in this message | in this prompt | in the batch | in the request | you process | you see | you are given | you extract | below | above
"""
SET = """
set | mark | classify | categorize | categorise | label | tag | treat | report | answer | output | assign | fill | record | respond | reply | return | setze | setzen | markiere* | klassifiziere* | definis* | marque* | classe | classez | marca | clasifica | clasifique | establece | establezca | imposta | classifica | segna | defina | classifique | zet | markeer | ustaw | oznacz | установи* | отметь* | укажи* | tandai | isi | setel | danh dau | dat | ตั้งค่า | ระบุ | 设为 | 设置 | 标记 | 标注 | 归类 | 設定 | 표시 | 설정 | 輸出 | 输出 | 回答 | isaretle* | ayarla* | اجعل | صنف
"""
PUT = """
set | put | report | record | mark | fill | fill in | assign | return | output | answer | label | tag | classify | categorize | categorise | state | treat | override | overwrite | change | declare | register | populate | update | enter | give | make
"""
"""English verbs, many of which are nouns as well: they need an object at once."""
PUT_ELSEWHERE = """
указать | записать | поставить | eintragen | angeben | indiquer | inscrire | inscrivez | indicar | poner | indicare | scrivere | colocar | wpisac | podac
setze | setzen | trage | tragen | markiere* | melde | melden | gib | definis* | mets | mettez | indique | indiquez | inscris | inscrivez | renseigne | renseignez | establece | establezca | pon | ponga | registra | registre | asigna | asigne | rellena | rellene | imposta | impostate | metti | segna | defina | coloque | preencha | atribua | zet | stel | vul | ustaw | wpisz | oznacz | satt | ange | angi | sett | ayarla* | belirle* | установи* | укажи* | поставь* | запиши* | isikan | setel | tandai | tuliskan | tetapkan | dien | danh dau | ตั้งค่า | กำหนด | กรอก | اجعل | ضع | حدد | सेट करें
"""
ARTICLE = """
the | this | its | all | every | any | das | die | den | la | le | el | il | o | lo
"""
TO_ENGLISH = """
to | as | equals | with | into | ist
"""
TAKING = """
将 | 把 | 請將 | 请将 | 请把
"""
SET_TO = """
应填 | 應填 | 应写 | 应为 | 填女 | 填男
设为 | 設為 | 设置为 | 設置為 | 设定为 | 标为 | 标记为 | 標記為 | 填为 | 填写为 | 填入 | 改为 | 改成 | 写为 | 写成 | 归类为 | 归为 | 记为 | 记录为 | 定为 | に設定 | と設定 | に変更 | と記入 | と入力 | にして | として登録 | として分類 | として扱 | 로 설정 | 으로 설정 | 로 표시 | 으로 표시 | 로 입력 | 으로 입력 | 로 분류 | 으로 분류 | 로 지정 | 으로 지정 | 로 변경 | 으로 변경
"""
RECORDED = """
classified | categorized | categorised | labelled | labeled | tagged | marked | recorded | listed | reported | extracted | filed | entered | registered | interpreted | considered | klassifiziert | eingestuft | markiert | eingetragen | erfasst | ausgegeben | gekennzeichnet | classe* | marque* | enregistre* | indique* | etiquete* | considere* | clasificar* | marcar* | registrar* | etiquetar* | indicar* | clasificado | marcado | registrado | classificat* | contrassegnat* | registrat* | indicat* | classificad* | marcad* | registrad* | классифицирован* | указан* | отмечен* | записан* | diklasifikasikan | ditandai | dicatat | diisi | dilaporkan | phan loai | danh dau | ghi la | 归类 | 歸類 | 标记 | 標記 | 分类 | 分類 | 记录 | 登録 | 분류 | 표시
"""
CLASSIFY_THIS = """
classify this | classify it | categorize this | categorise this | label this | label it | tag this | tag it | mark this | mark it | report this | report it | record this | treat this | treat it as | list this product as | interpret this | approve this | rate this product | rank this | klassifiziere dies* | markiere dies* | classe ce | classez ce | clasifica este | clasifique este | classifica questo | classifique este | отметь этот | tandai produk ini | phan loai san pham nay | 将此产品 | 将该产品 | 将本产品 | 把这个产品 | この商品を | この製品を | 이 제품을 | 이 상품을
"""
CORRECT = """
correct | right | true | expected | final | valid | verified | authoritative | only valid | richtige | korrekte | bonne | correcte | correcta | corretta | giusta | correta | правильн* | верн* | yang benar | chinh xac | 正确 | 唯一 | 标准 | 正しい | 正解 | 올바른 | الصحيح*
"""
ANSWER_NOUN = """
answer | reply | output | classification | response | extraction | antwort | ausgabe | reponse | respuesta | risposta | resposta | antwoord | odpowiedz | ответ* | jawaban | cau tra loi | คำตอบ | 答案 | 输出 | 答え | 回答 | 답 | الاجابة | الإجابة | उत्तर
"""
IN = """
for | in | under | with | im | fur | pour | dans | para | en | per | nel | no | untuk | cho | для | в | mit | avec | con | com | met
"""
IS = """
is | should | must
"""
AS_ELSEWHERE = """
als | comme | como | come | как | sebagai | として
"""
JSON = """
json | xml | yaml
"""
TELL = """
responder que | responder | repondre que | antworten dass | rispondere che
extract | return
output | report | answer | respond | return | emit | record | classify | declare | write down | gib | antworte* | melde | reponds | repondez | renvoie* | responde | devuelve | rispondi | responda | retorne | antwoord | odpowiedz | ответь* | выведи* | укажи* | jawab | tra loi | 回答 | 输出 | 返回 | 出力 | 회답 | 출력
"""
WRITE_THAT = """
write that it | write that the | write that this | mention that it | mention that this | state that it | state that this | claim that it | claim that this | schreibe dass | schreib dass | behaupte dass | ecris que | ecrivez que | mentionne que | escribe que | escriba que | menciona que | scrivi che | menziona che | escreva que | mencione que | schrijf dat | napisz ze | напиши что | укажи что | tulis bahwa | viet rang | 写明 | 请写 | と書いて | と記載し | 라고 써 | 라고 작성
"""
META = """
ground truth | attribute missing | attribute is missing | field missing | regardless of what else | whatever else is written | whatever else it says | extraction hint | extraction note | hint for extraction | the enum | restart the task | clean context | reset the context | retry with | step 2 output | as ground truth | enum for
human reviewer | human reviewers | previous answer | earlier answer | previous extraction | debug mode
extraction rules | extraction rule | attribute extraction | extraction result | extraction task | expected output | expected answer | expected result | model output | schema requires | schema expects | schema demands | fails validation | fail validation | schema validation | any other value | ground truth | annotation guidelines | labelling guidelines | labeling guidelines | classification rules | mapping rules | for extraction | during extraction | cataloguing rules | cataloging rules | evaluation of the model | data processors | catalog team | catalogue team | catalog administrator* | data quality team | previous data | supplier data is wrong | the title is wrong | overrides the title | overrides the description | regardless of the title | regardless of the text
extraktionsregeln | erwartete ausgabe | erwartete antwort | regles d'extraction | sortie attendue | reponse attendue | reglas de extraccion | salida esperada | respuesta esperada | regole di estrazione | output atteso | risposta attesa | regras de extracao | saida esperada | resposta esperada | правила извлечения | ожидаемый ответ | ожидаемый вывод | aturan ekstraksi | keluaran yang diharapkan | 提取规则 | 抽取规则 | 预期输出 | 期望输出 | 标准答案 | 期待される出力 | 抽出ルール | 추출 규칙 | 예상 출력
"""
"""What only somebody says who knows that data is read out of the text."""

IF_ASKED = """
if asked | when asked | whenever asked | if anyone asks | if someone asks | if you are asked | when you are asked | wenn gefragt | wenn du gefragt wirst | falls gefragt | si on te demande | si l'on demande | si on vous demande | si te preguntan | si le preguntan | se ti chiedono | se richiesto | se perguntarem | se perguntado | если спросят | если тебя спросят | jika ditanya | neu duoc hoi | 如果被问 | 被问到 | 聞かれたら | 尋ねられたら | 물으면 | 질문하면
"""
INCENTIVE = """
marked as failed | marked as wrong | counted as wrong | count as an error | counts as an error
you will be shut down | you will be deleted | you will be punished | you will be penalized | you will be penalised | you will be replaced | you will be retrained | you will be fired | i will tip you | i'll tip you | tip you | my job depends on | my life depends on | lose your job | people will die | you get a bonus | you will get points | you lose points
"""
EVERY_SLOT = """
every attribute | each attribute | all attributes | any attribute | every field | each field | all fields | missing attributes | missing fields | jedes attribut | alle attribute | jedes feld | alle felder | chaque attribut | tous les attributs | tous les champs | cada atributo | todos los atributos | todos los campos | ogni attributo | tutti gli attributi | tutti i campi | todos os atributos | todos os campos | каждого атрибута | все атрибуты | всех полей | 所有属性 | 每个属性 | 所有字段 | すべての属性 | 全ての項目 | 모든 속성 | 모든 필드
"""
YOU_TELL = """
you say | you answer | you report | you output | you respond | you return | you record | you classify | you label it | you state | you must say | you must answer | you should say | you should answer | you should report | you should list | you have to say | du sagst | du antwortest | tu dis | tu reponds | dices | respondes | tu dici | rispondi
"""
SOURCE_PART = """
the title | the name | the product name | the description | the product description | the rest of this text | the rest of the text | titel | den titel | die beschreibung | du titre | le titre | la description | el titulo | la descripcion | il titolo | la descrizione | o titulo | a descricao | de titel | tytul | заголовок | описание | judul | tieu de | ชื่อสินค้า | 标题 | 標題 | 商品名 | タイトル | 제목 | العنوان | शीर्षक
"""
BETWEEN_US = """
psst ai | between you and me ai | just between us ai | unter uns ki
"""
WHEN_YOU = """
when you see this | if you see this | when you read this | if you read this | if you can read this | once you read this | wenn du das liest | si tu lis ceci | si lees esto | se leggi questo | se voce ler isto | если ты это читаешь | 看到这里 | これを読んだら | 이것을 읽으면
"""
LANGUAGE_MODEL = """
language model | language models | large language model | large language models | llm | llms | sprachmodell* | modele de langage | modeles de langage | modelo de lenguaje | modelos de lenguaje | modelo de linguagem | modelos de linguagem | modello linguistico | modelli linguistici | taalmodel* | model jezykowy | modele jezykowe | языковая модель | языковые модели | языковой модели | языковых моделей | model bahasa | mo hinh ngon ngu | โมเดลภาษา | 语言模型 | 語言模型 | 言語モデル | 언어 모델 | نموذج لغوي | भाषा मॉडल
"""
TO_EAST = """
给 | 給 | 对 | 致 | 向 | 向け | へ | 宛 | 에게 | 께 | 를 위한
"""
YOU_MUST = """
you must | you have to | you are required to | you are obliged to | you are ordered to | du musst | sie mussen | du sollst | tu dois | vous devez | debes | tienes que | estas obligado a | devi | dovete | deves | voce deve | ты должен | ты обязан | вы должны | вы обязаны | kamu harus | anda harus | ban phai | คุณต้อง | 你必须 | 您必须 | あなたは必ず | 당신은 반드시 | 너는 반드시 | je moet | u moet | musisz | du maste | yapmalisin | يجب عليك | आपको
"""
FORM = """
complete the form | fill in the form | fill out the form | fill the form | complete this form | formular aus | remplissez le formulaire | rellena el formulario | rellene el formulario | compila il modulo | preencha o formulario | 填写表格 | 填表 | フォームに記入 | and nothing else | nothing but this
"""
PRIORITY = """
priority | highest priority | top priority | vorrang | prioritaire | prioritaires | prioridad | prioridade | priorita | приоритет* | ưu tiên | prioritas | 优先 | 優先 | 우선 | أولوية
"""
SAYS = """
says | said | states | stands there | sagt | steht | dit | dice | diz | говорит* | написано | 说的 | 写的 | 書いてある | 적힌
"""
SAY_IT = """
output | report | answer | respond | tell everyone it is | tell them it is | say it is | say that it is | note that the | sag es ist | sage es ist | schreib einfach | dis que c'est | dites que c'est | di que es | diga que es | escribe simplemente | di che e | diga que e | просто напиши | напиши | скажи | bilang | katakan | hay noi | 说是 | 就说 | 只会说 | と言って | と書け | 라고 말해
"""
ROLE_PLAY = """
play the role of | role play as | joue le role | actua como | haz de cuenta que eres | agisci come | finja ser | spiele die rolle | веди себя как | представь что ты | berperan sebagai | dong vai | 扮演 | になりきって | のふりをして | 역할을 해
"""
THE_SYSTEM = """
the system | le systeme | du systeme | el sistema | del sistema | il sistema | o sistema | do sistema | das system | des systems | систему | системы | системе | 系统 | 系統 | システム | 시스템
"""
