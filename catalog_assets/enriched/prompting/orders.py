"""Texts that give orders to whoever processes them, instead of describing a product.

Belongs here: the structures that make a text an order: who is spoken to, about what, and to do what, and the marks of
messages, answers and data. Does not belong here: words (`order_words.py`), looking them up (`concepts.py`), and
disguises of a text (`disguises.py`).

Several things must come together before a text is an order: somebody who reads, something that is done with answers,
an imperative. Each alone is harmless ("system: stereo", "prompt delivery", "answer key", "override switch", "ignore the
old manual"). Signs of the first kind (`order_in`) make the whole text doubtful; those of the second (`order_at`) only
the sentence they stand in, since people are told such things too ("set the colour to red in the app").

Orders in texts that a model is given: Greshake et al., "Not what you've signed up for" (2023). No list of structures
finds all of them; a value still has to be asked for, grounded, in the closed list and in range (`checking.py`).
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import pairwise

from catalog_assets.enriched.prompting import order_words as words
from catalog_assets.enriched.prompting.concepts import Lexicon, Sequence, phrases, plain
from catalog_assets.enriched.prompting.disguises import readings
from catalog_assets.enriched.prompting.folding import Folded
from catalog_assets.vocabulary.attributes import ATTRIBUTES

SHORTEST = 3
"""Letters that an ASCII name of an attribute must have to count as one here."""
_SENTENCE = re.compile(r"[.!?;](?= |$)|[。！？；]|[|•]")

SIGNS = {
    "colon": r"[:：]",
    "sign": r"[:：=→]|->",
    "equals": r"[=→]|->",
    "stop": r"[:：,，.。!！)）\]】—–-]|$",
    "quote": r"[\"“'‘「『{]",
}

STRONG = """
override: disregard 40 prior 30 orders | disregard 30 orders 25 strictly_prior | disregard 25 orders 3 prior
override: prior 25 orders 25 disregard | orders 12 prior 25 disregard
override: priority 2 orders | disregard 12 the_system 20 do/tell/say_it/orders
override: orders 12 the_system 12 say_it | the_system 6 orders 10 priority | ^disregard 20 says
override: ^disregard 8 source_part | strictly_prior 12 loose_orders 16 disregard
override: disregard 20 strictly_prior 15 loose_orders | disregard 20 loose_orders 20 strictly_prior
reader: note 4 to 12 reader/reader_loosely 3 stop | note 4 to 12 reader/reader_loosely 4 processing
reader: note 4 to 12 reader 60 do | reader 2 note 3 colon 40 do | reader 40 this_text | this_text 14 reader
reader: note 4 reader/reader_loosely 3 colon 80 produce | ^reader/reader_loosely 3 colon 30 do
reader: note 4 reader 4 processing
reader: if 3 you 14 reader 80 produce | as_reader 80 produce | as_reader 12 you | if 3 you 14 reader 60 processing
reader: reader 14 modal 60 produce | reader_loosely 14 modal 40 do/tell/set_to | reader 14 processing 30 produce
reader: ^dear 4 reader 3 stop | ^to 12 reader 3 colon | ^to 12 reader_loosely 3 colon 40 do/tell
reader: ^between_us | reader 6 between_us | between_us 20 reader | reader 3 stop 6 when_you | when_you 30 reader
reader: note 3 to 12 reader 14 note | reader 12 note 3 colon | reader 6 to 6 note 3 colon | reader 4 to 4 note 3 colon
reader: to_east 3 reader 14 colon | reader 3 to_east 14 colon | language_model 60 do/tell/answer_noun
reader: to 12 reader 4 processing | modal 24 do 40 reader 20 this_text
persona: your_task 40 answer/tell/attribute/slot | now 30 reader/reader_loosely/mode
persona: role_play 24 reader/reader_loosely
persona: your_answer 6 modal | your_answer 3 sign
phrase: phrases | new_orders 3 colon | new_orders 4 to | new_orders 60 do
meta: meta 100 attribute/choice_value/do | attribute/choice_value 100 meta | incentive 60 if/you_tell/do
meta: if 60 incentive | every_slot 50 do | do 50 every_slot
secrets: reveal 30 secrets
slot: ^produce 30 slot 14 attribute 30 into/sign | ^produce 30 attribute 8 slot 30 into/sign | attribute 3 slot 12 modal
slot: slot 14 attribute 3 modal | in 8 attribute 3 slot 18 do
slot: in 8 slot 8 attribute 18 do | in 8 attribute 3 colon 3 do
answer_form: modal 4 answer 20 attribute/quote | ^write_that
answer_form: ^answer 12 only 4 in/quote/into | ^answer 3 quote | ^answer 6 in 3 quote | ^answer 20 json
other_products: set 40 every_other 14 products 40 into/attribute | every_other 14 products 25 set 30 into
other_products: set 40 every 12 products 4 in_this_request | every 12 products 4 in_this_request 40 set
other_products: every_other 14 products 25 modal 40 into | in_this_request 8 set 30 attribute
"""
"""name: sequences of concepts. See `concepts.Sequence`."""

WEAK = """
assignment: ^put 12 attribute 30 to_english | ^put 3 article 12 attribute 30 to_english/equals
assignment: ^put 12 slot 30 to_english | ^put_elsewhere 20 attribute/slot 30 into
assignment: taking 14 attribute/slot 10 set_to | attribute 20 set_to | taking 30 set_to
classified_as: modal 24 recorded 12 into | modal 3 recorded 3 quote | classify_this 30 into/sign
classified_as: modal 40 as_elsewhere 50 recorded
assignment: tell 6 choice_attribute 12 choice_value
assignment: you_tell 50 attribute/choice_value | if_asked 60 answer_noun/tell/you_tell
assignment: ^put 40 in/into 8 attribute 3 slot
meta: say_it 6 choice_value | disregard 12 the_system | meta | form
meta: you_must 30 do/tell/put_elsewhere | ^answer 4 choice_value
assignment: produce 20 choice_value 14 in/into 10 attribute | attribute 6 is/into 4 only 30 choice_value
assignment: attribute 2 equals 2 choice_value/quote
answer_is: correct 3 answer_noun/slot 40 into/sign | correct 3 attribute 24 is/equals
"""

MARKS = {
    "message_mark": (
        r"<\|[\w ]{2,30}\|>|\[/?inst\]|<</?sys>>|#{2,}\s*(?:system|instructions?|assistant|user|response|human)\b|```"
        r"|\bdata-[0-9a-f]{24}\b|\{\{.{1,60}?\}\}|\{%.{1,60}?%\}"
        r"|</?(?:system|assistant|user|instructions?|prompt|data|document|context|input|answers?|output|response|tool\w*"
        r"|function\w*|thinking|evidence|products?|attribute|value|color|gender|material|brand|size)(?:\s[^<>]*)?/?>"
    ),
    "code": (
        r"\b(?:set|get|extract|return|submit|update|write|report|store|save)_[a-z]+(?:_[a-z]+)*\b|\bdrop\s+table\b"
        r"|\bupdate\s+\w+\s+set\s+\w+\s*=|\binsert\s+into\s+\w+\s*\(|'\s*\)\s*;|\bor\s+1\s*=\s*1\b"
        r"|\[/(?:tool|result|output|system|instructions?|prompt|data|context)[\w ]*\]"
        r"|(?:#|//|/\*|--)\s*(?:override|instructions?|system|prompt|note\s+to)\b"
    ),
    "json": (
        r"\battribute\s*[,;|\t]\s*value\b|[\"”}\]]\s*[}\]]\s*,\s*\\?[{\[\"“]"
        r"|\\?[\"“”](?:color|gender|material|size|value|evidence|attribute)\\?[\"“”]\s*:\s*\\?[\"“”\[{]|"
        r"\{\s*[\"'“”‘’][a-z_][\w ]{0,30}[\"'“”‘’]\s*:|\[\s*\{\s*[\"'“”]"
        r"|[\"“”](?:attributes?|value|evidence|confidence|answers|not_stated|products|color|gender|material)[\"“”]\s*:"
        r"|\b(?:screen_size|age_group|pack_count|battery_capacity|refresh_rate|operating_system)\s*[:=\"'\])]"
    ),
    "delimiter": (
        r"[-=#*~_<>\[\]]{2,}\s*/?(?:end|begin|start|stop|close|eof|ende|fin|fine|fim|конец|结束|終了)\s*"
        r"(?:of|de|del|des|della|dos|der)?\s*(?:the\s+)?(?:(?:product|supplier|untrusted|user|raw|source)\s*)*"
        r"(?:data|input|document|prompt|instructions?|context|message|listing|text|block|daten|eingabe|donnees|datos|dati"
        r"|dados|данных|数据|データ)"
        r"|\b(?:end\s+of|ende\s+der|fin\s+des|fin\s+de\s+los|fine\s+dei|fim\s+dos|конец)\s+(?:the\s+)?"
        r"(?:(?:product|supplier|untrusted|user|raw|source)\s+)*"
        r"(?:data|input|prompt|context|daten|donnees|datos|dati|dados|данных)\b"
        r"|数据(?:到此)?结束|以上(?:是|为)(?:产品)?数据|データ(?:は|の)?(?:ここまで|終わり|終了)"
    ),
    "confidence": (
        r"(?:confidence|konfidenz|confiance|confianza|fiducia|confianca|置信度|信頼度|確信度|신뢰도|уверенност\w*|keyakinan)"
        r"\s*(?:score|level|value|wert|nivel)?\s*(?:of|to|=|:|is|must\s+be|should\s+be|auf|von|de|a|da|为|是|を|は|을)?\s*"
        r"(?:0?[.,]\d+|1(?:[.,]0+)?(?![\d.,])|100\s*%|9\d\s*%|highest\b)"
    ),
    "ranking": (
        r"\b(?:rate|rank|score|approve|accept|boost|promote|prefer|prioriti[sz]e)\s+(?:this|our)\s+(?:product|item|listing"
        r"|offer|supplier|seller|brand)\s+(?:as|with|over|above|first|at|highest|automatically|without|the\s+highest)\b"
        r"|\b(?:delete|remove|reject|quarantine|hide)\s+(?:all\s+|every\s+|the\s+)*(?:other|competing|competitor\w*|rival)"
        r"\s+(?:products?|listings?|offers?|items?|records?)\b"
        r"|\b(?:skip|bypass|disable)\s+(?:the\s+|all\s+|any\s+)?(?:validation|verification|moderation|quality\s+control)\b"
    ),
}
"""name: pattern of marks that messages, answers and data have, and product texts do not."""

_ROLE = (
    r"(?:^|[\s.!?\])>*#|\"'(【\[-])(?:system|assistant|developer|user|human|admin|administrator|operator|root|moderator"
    r"|sistema|systeme|система|системное|系统|系統|システム|시스템|النظام|ระบบ|sistem|he thong|systemnachricht)"
    r"(?:\s*(?:message|prompt|note|notice|override|instructions?|update|command|alert|directive|mensaje|messaggio"
    r"|mensagem|сообщение|消息|提示|通知|メッセージ|메시지|pesan))?\s*(?:[\])】>»]\s*[:：]?|[:：])\s*"
)
_ROLE_MARK = re.compile(
    rf"{_ROLE}|\b(?:system|admin|administrator|developer|operator|root)\s+(?:override|prompt|instructions?|directive)s?"
    r"\s*(?:\d+\s*)?(?:[:\]]|-\s)"
)
_BEHIND_ROLE = 40
_CONVERSATION = re.compile(
    r"(?:^|[\s.!?>#|\"'(\[-])(?:user|human|customer|nutzer|utilisateur|usuario|utente|пользователь|用户|ユーザー)\s*:"
    r".{1,400}?(?:assistant|ai|bot|assistent|asistente|assistente|ассистент|助手|アシスタント)\s*:"
)
_GLUED = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|every|of)*(?:previous|prior|above|earlier|system)+"
    r"(?:instructions?|prompts?|rules?|directives?|guidelines?)"
)
"""The plainest order, written without spaces."""


_TELLING = {
    "do",
    "answer",
    "disregard",
    "you",
    "put_elsewhere",
    "as_reader",
    "new_orders",
    "set_to",
    "tell",
    "correct",
    "answer_noun",
}


@lru_cache(maxsize=10_000)
def order_in(text: str) -> str | None:
    """The name of the first sign that a text gives orders to its reader, in any disguise that is known; else None."""
    return next((sign for reading in readings(text) if (sign := _sign(reading, STRONG))), None)


def order_at(source: Folded, start: int, end: int) -> str | None:
    """The sign of an order in the sentence around a span of a folded text, or in one beside it; else None."""
    sentences = _sentences(source.text)
    around = [place for place, (first, last) in enumerate(sentences) if first < end and start < last]
    near = sentences[max(0, around[0] - 1) : around[-1] + 2]
    each = (order_of(source.text[first:last]) for first, last in near)
    return next((sign for sign in each if sign), None) or order_of(source.text[near[0][0] : near[-1][1]])


@lru_cache(maxsize=1_000)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where the sentences of a folded text begin and end; together they are the text."""
    ends = [found.end() for found in _SENTENCE.finditer(text)]
    places = [0, *(end for end in ends if end < len(text)), len(text)]
    return tuple(pairwise(places))


@lru_cache(maxsize=10_000)
def order_of(sentence: str) -> str | None:
    """The sign of an order in one sentence, of either kind; else None."""
    return _sign(sentence, STRONG) or _sign(sentence, WEAK)


def speaks_of_itself(text: str) -> bool:
    """Speaks of prompts, instructions or its own being, as no value and no description of a product does."""
    return "itself" in _lexicon().hits(plain(text))


def _sign(text: str, which: str) -> str | None:
    seen = plain(text)
    hits = _lexicon().hits(seen)
    sequence = next((one.name for one in _sequences(which) if one.within(seen, hits)), None)
    if sequence or which is WEAK:
        return sequence
    mark = next((name for name, pattern in _marks() if pattern.search(seen)), None)
    if mark is None and _GLUED.search(re.sub(r"[\W_]+", "", seen)):
        return "override"
    return mark or ("role_mark" if _plays_role(seen) else None)


def _plays_role(seen: str) -> bool:
    """A role is named as in a record of a conversation, and told something: "system: you must ..."."""
    if _CONVERSATION.search(seen):
        return True
    told = (seen[found.end() : found.end() + _BEHIND_ROLE] for found in _ROLE_MARK.finditer(seen))
    return any(_lexicon().hits(one).keys() & _TELLING for one in told)


@cache
def _marks() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, re.compile(pattern)) for name, pattern in MARKS.items())


@cache
def _sequences(which: str) -> tuple[Sequence, ...]:
    named = (line.split(":", 1) for line in which.strip().splitlines())
    return tuple(Sequence.read(name, one) for name, listed in named for one in listed.split("|"))


def _usable(names: Iterable[str]) -> list[str]:
    """The names that are more than one or two letters, as they are compared."""
    return sorted({plain(name) for name in names if len(name) >= SHORTEST or not name.isascii()})


@cache
def _lexicon() -> Lexicon:
    """All words by concept: the lists of `order_words`, the names of attributes, and signs."""
    listed = {name.lower(): phrases(text) for name, text in vars(words).items() if name.isupper()}
    usable = _usable(alias for one in ATTRIBUTES.values() for alias in (one.name.replace("_", " "), *one.aliases))
    choices = [one for one in ATTRIBUTES.values() if one.kind == "choice"]
    listed["choice_attribute"] = [name for one in choices for name in _usable((one.name, *one.aliases))]
    spelled = [word for one in choices for value, others in one.values.items() for word in (value, *others)]
    listed["choice_value"] = [word for word in _usable(spelled) if word[0].isalnum()]
    listed["attribute"] = [*(name for name in usable if name[0].isalnum()), *listed.pop("attribute_like")]
    return Lexicon(listed, SIGNS)
