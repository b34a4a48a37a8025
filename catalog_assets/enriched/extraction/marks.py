"""Tokens into numbers that a chain learns from.

Belongs here: what is seen of a token and of those around it. Does not belong here: weights (`chain.py`) and labels.

A mark is a template (which things, at which places) and what stood there, hashed into one of BUCKETS (the hashing
trick: Weinberger et al., ICML 2009). Things of a word are made once for each distinct one. Beside its letters a word
is known by the word vectors of WordLlama: by the clusters it falls into, at three grains, and by how rare the pieces
are that it is made of (a brand is rarer than a plain word).
"""

import re
import zlib

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog_assets.category_mapping import embedding
from catalog_assets.enriched.extraction.tokens import Keys, Tokens, mix

BUCKETS = 1 << 22
GRAINS = (32, 128, 512)
ROUNDS = 15
"""Of k-means."""
NEAR = 5
"""Places from a text's or a segment's edge are told apart up to this far."""
LIMITS = (1, 2, 3, 4, 6, 10, 12, 15, 20, 30, 50, 64, 100, 200, 500, 1000, 5000)
"""Numbers between two of these are alike."""
BREAKS = (",", "|", ";", "-", "–", "(")

Floats = NDArray[np.float32]
Buckets = NDArray[np.int64]

_TEMPLATES = """
    one w W shape kind stem p2 p3 p4 s1 s2 s3 s4 w-1 w+1 w-2 w+2 shape-1 shape+1 kind-1 kind+1 w-1|w w|w+1 w-1|w+1
    w+1|w+2 shape-1|shape shape|shape+1 sort-1|sort|sort+1 from to segment since until bracket glued|w part part|w
    category category|w category|stem category|segment category|part told told|part w|told c32 c128 c512 c32-1 c128-1
    c32+1 c128+1 c32-1|c32 c32|c32+1 rare rare-1 rare+1 pieces|shape pieces|pieces+1 pieces-1|pieces rare|from
    """
TEMPLATES: tuple[str, ...] = tuple(_TEMPLATES.split())
"""Each: things and the place they are looked for at, relative to the token."""
THING = re.compile(r"([a-z]+\d*|W)([+-]\d)?")


def hashed(text: str) -> int:
    """A key of a text, the same on every machine."""
    return zlib.crc32(text.encode())


def buckets(read: Tokens, centres: Floats) -> Buckets:
    """Of each token the bucket of each template (tokens x TEMPLATES). centres: as `clusters` gives them."""
    things = _of_words(read, centres) | _of_places(read)
    told = np.empty((len(read.sequence), len(TEMPLATES)), dtype=np.int64)
    for column, template in enumerate(TEMPLATES):
        parts = [(name, int(place or 0)) for name, place in THING.findall(template)]
        seen = [read.shifted(things[name], place) for name, place in parts]
        told[:, column] = mix(hashed(template), *seen) >> np.uint64(64 - 22)
    return told


def clusters(forms: list[str], seed: int) -> Floats:
    """Centres of spherical k-means over the vectors of distinct words (Dhillon and Modha, 2001), of all GRAINS in one
    array (672 x 256 Float32, rounded to what a release keeps)."""
    words = sorted({form.lower() for form in forms if form[0].isalpha()})
    vectors = _unit(embedding.encode(words)) if words else np.zeros((1, embedding.DIMENSIONS), dtype=np.float32)
    rng = np.random.default_rng(seed)
    grains = [_k_means(vectors, grain, rng) for grain in GRAINS]
    return np.concatenate(grains).astype(np.float16).astype(np.float32)


def _k_means(vectors: Floats, grain: int, rng: np.random.Generator) -> Floats:
    centres = vectors[rng.choice(len(vectors), grain, replace=len(vectors) < grain)]
    for _ in range(ROUNDS):
        nearest = (vectors @ centres.T).argmax(1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, vectors)
        there = np.bincount(nearest, minlength=grain) > 0
        centres = np.where(there[:, None], _unit(sums), centres)
    return centres


def _unit(vectors: Floats) -> Floats:
    told: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return told


def _of_words(read: Tokens, centres: Floats) -> dict[str, Keys]:
    """Things that depend on the word alone, made for distinct words."""
    forms = read.forms
    small = [form.lower() for form in forms]
    made: dict[str, list[int] | Keys] = {
        "w": [hashed(word) for word in small],
        "W": [hashed("^" + form) for form in forms],
        "shape": [hashed(shape(form)) for form in forms],
        "kind": [hashed(kind(form)) for form in forms],
        "sort": [hashed(kind(form)[0]) for form in forms],
        "stem": [hashed(stem(word)) for word in small],
    }
    for long in (1, 2, 3, 4):
        made[f"p{long}"] = [hashed(word[:long]) for word in small]
        made[f"s{long}"] = [hashed(word[-long:]) for word in small]
    made |= _clustered(small, centres) | _pieces(forms)
    return {name: np.array(values, dtype=np.uint64)[read.form] for name, values in made.items()}


def _clustered(words: list[str], centres: Floats) -> dict[str, list[int] | Keys]:
    vectors = _unit(embedding.encode(words)) if words else np.zeros((0, centres.shape[1]), dtype=np.float32)
    letters = np.array([word[0].isalpha() for word in words], dtype=bool)
    told: dict[str, list[int] | Keys] = {}
    begin = 0
    for grain in GRAINS:
        nearest = (vectors @ centres[begin : begin + grain].T).argmax(1) if words else np.zeros(0, dtype=np.int64)
        told[f"c{grain}"] = np.where(letters, nearest + 7, 3).astype(np.uint64)
        begin += grain
    return told


def _pieces(forms: list[str]) -> dict[str, list[int] | Keys]:
    """How many pieces the tokenizer of the word vectors makes of a word, and how rare the rarest is: its numbers are
    given in the order in which pieces were merged, the commonest first."""
    cut = [
        said.ids
        for said in embedding.tokenizer().encode_batch([f" {form}" for form in forms], add_special_tokens=False)
    ]
    return {
        "pieces": [min(len(numbers), 5) for numbers in cut],
        "rare": [int(2 * np.log2(1 + max(numbers, default=0))) * 8 + min(len(numbers), 4) for numbers in cut],
    }


def shape(form: str) -> str:
    """Capitals as X, small letters as x, digits as 9, of a run two at most."""
    as_letters = "".join("X" if c.isupper() else "x" if c.isalpha() else "9" if c.isdigit() else c for c in form)
    return re.sub(r"(.)\1\1+", r"\1\1", as_letters)


def kind(form: str) -> str:
    """What a number is near to, how a word is capitalized, or the character itself."""
    if form[0].isdigit():
        digits = form.replace(",", "")
        number = float(digits) if digits.count(".") < 2 and digits.isascii() else 0.0
        return f"n{sum(number >= limit for limit in LIMITS)}{'.' * ('.' in form)}"
    if not form[0].isalpha():
        return form
    return "U" if form.isupper() else "c" if form[0].isupper() else "l"


def stem(word: str) -> str:
    """A word without its commonest English endings."""
    return re.sub(r"(ing|ed|s|es|ies|y)$", "", word) if len(word) > 4 else word


def _of_places(read: Tokens) -> dict[str, Keys]:
    """Things that depend on where a token stands."""
    number = np.arange(len(read.sequence))
    begin = read.first[read.sequence]
    place = number - begin
    mark = np.array(read.forms, dtype=object)[read.form]
    breaks = np.isin(mark.astype(str), BREAKS)
    starts = number == begin
    seen = np.cumsum(breaks)
    last = np.maximum.accumulate(np.where(breaks | starts, number, 0))
    ends = np.append((breaks | starts)[1:], True)
    ahead = np.minimum.accumulate(np.where(ends, number, len(number))[::-1])[::-1]
    depth = np.cumsum((mark == "(").astype(np.int64) - (mark == ")").astype(np.int64))
    ended = read.frame["end"].shift(1).fill_null(-1).to_numpy()
    told: dict[str, NDArray[np.generic]] = {
        "one": np.zeros(len(number)),
        "from": np.minimum(place, NEAR + 1),
        "to": np.minimum(read.length[read.sequence] - 1 - place, NEAR + 1),
        "segment": np.minimum(seen - seen[begin], NEAR),
        "since": np.minimum(number - last, NEAR),
        "until": np.minimum(ahead - number, NEAR),
        "bracket": depth > depth[begin],
        "glued": (ended == read.frame["start"].to_numpy()) & ~starts,
        "part": read.frame["part"].to_numpy(),
        "category": hashed_each(read.frame["category"]),
        "told": _told_before(read),
    }
    return {name: values.astype(np.uint64) for name, values in told.items()}


def hashed_each(texts: pl.Series) -> Keys:
    """The key of each of many texts of which few are distinct."""
    known = texts.unique(maintain_order=True)
    keys = pl.Series([hashed(text) for text in known], dtype=pl.UInt64)
    return texts.replace_strict(known, keys, return_dtype=pl.UInt64).to_numpy()


def _told_before(read: Tokens) -> NDArray[np.bool_]:
    """Whether a word that is not in the title stands there too."""
    words = np.array([hashed(form.lower()) for form in read.forms], dtype=np.uint64)[read.form]
    keys = mix(read.frame["product"].to_numpy(), words)
    title = read.frame["part"].to_numpy() == 0
    told: NDArray[np.bool_] = np.isin(keys, keys[title]) & ~title
    return told
