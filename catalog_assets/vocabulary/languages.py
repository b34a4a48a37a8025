"""Languages of offers: what tells one from another.

Belongs here: ISO 639-1 codes with the small words that are frequent in a language and rare in the others, and scripts
that only one of them uses. Does not belong here: telling the language of a text (`standardized/language.py`).
"""

FUNCTION_WORDS: dict[str, str] = {
    "en": "the and for with of is are this that your you from not it or by our be have will can its which",
    "de": "der die das und mit für ist ein eine auf von den dem nicht auch sich bei aus wird oder zu im sie einem "
    "einer ihre durch nach wie zum zur sind dieses stück farbe größe",
    "fr": "le la les des et pour avec une dans est sur du au aux vous votre pas plus par ce cette qui sont ou en "
    "couleur taille",
    "es": "el los las para con una de es que por del y su se más como en o este esta sin tu al cuando son tiene "
    "color tamaño",
    "it": "il gli della di per con una che è del nel dei le alla sono più questo questa anche non come da nella colore",
    "pt": "o os para com uma de não do da que em um se por mais seu sua ao dos das você é são como cor tamanho",
    "nl": "de het een van voor met en is op aan niet dat zijn deze ook uw bij wordt naar door kleur maat",
    "id": "dan untuk dengan yang di dari ini pada adalah tidak bisa anda kami warna ukuran bahan produk atau akan "
    "lebih karena juga kualitas barang",
    "ms": "dan untuk dengan yang dari ini pada adalah tidak boleh anda kami warna saiz atau akan lebih kerana juga "
    "kualiti barangan sesuai",
    "pl": "i w z na do dla jest nie się oraz od po lub przez który kolor rozmiar",
    "sv": "och för med är en ett av på som till inte den det från färg storlek",
    "da": "og til med er en et af på som ikke den det fra farve størrelse",
    "tr": "ve için ile bir bu da olarak çok daha olan renk beden",
}
"""Code -> words, separated by spaces. A word may stand under several languages: then the others decide."""

LETTERS: dict[str, str] = {
    "vi": "ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "th": r"\p{Thai}",
    "ja": r"\p{Hiragana}\p{Katakana}",
    "ko": r"\p{Hangul}",
    "zh": r"\p{Han}",
    "ru": r"\p{Cyrillic}",
    "el": r"\p{Greek}",
    "ar": r"\p{Arabic}",
    "he": r"\p{Hebrew}",
}
"""Code -> letters (as in a character class) of which a few tell the language, or stand for it here; the first that
fits counts, so Japanese stands before Chinese."""
