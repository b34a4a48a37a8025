"""What a question costs: before asking (an estimate, and a ceiling), and after, from the tokens that the server billed.

Belongs here: the price table as data, and sums over it. Does not belong here: budgets kept while asking (`budget.py`).

Prices are the list prices of the provider's public price page (platform.claude.com, "Pricing"), in USD per million
tokens, as of 2026-11. A cache entry of five minutes costs 1.25 times the input price to write and 0.1 times to read; a
batch costs half. Models that are not in the table, and other prices, come from the configuration (`with_prices`).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from resources.language_model.protocol import NOTHING, Asked, LanguageModelError, Reply, Request, Usage

MILLION = Decimal(1_000_000)
DATED = re.compile(r"-\d{8}$")

CHARACTERS_A_TOKEN = 4
"""Rule of thumb for English text (the provider's glossary says 3.5 to 4); for an estimate, never for a limit."""

FRAME_TOKENS = 1_000
"""Added to each ceiling for what the server puts around a question: roles, and its own words about the output form."""


@dataclass(frozen=True)
class Price:
    """USD per million tokens; `batch` is the factor for all of them in a batch."""

    input: Decimal
    output: Decimal
    write_factor: Decimal = Decimal("1.25")
    read_factor: Decimal = Decimal("0.1")
    batch: Decimal = Decimal("0.5")


LIST_PRICES: Mapping[str, Price] = {
    "claude-haiku-4-5": Price(Decimal(1), Decimal(5)),
    "claude-sonnet-4-5": Price(Decimal(3), Decimal(15)),
    "claude-opus-4-5": Price(Decimal(5), Decimal(25)),
}


@dataclass(frozen=True)
class Prices:
    """The price of each model by its name; a dated name (`claude-haiku-4-5-20251001`) is the same model."""

    table: Mapping[str, Price] = field(default_factory=lambda: LIST_PRICES)

    def with_prices(self, others: Mapping[str, Price]) -> "Prices":
        """These prices, with others in place of them or beside them."""
        return Prices({**self.table, **others})

    def of(self, model: str) -> Price:
        """Raises LanguageModelError for a model without a price: what has no price has no budget either."""
        price = self.table.get(model) or self.table.get(DATED.sub("", model))
        if price is None:
            raise LanguageModelError(
                f"no price is known for model {model!r}: set one in the configuration, or use one of "
                f"{', '.join(sorted(self.table))}"
            )
        return price

    def cost(self, model: str, usage: Usage, batch: bool = False) -> Decimal:
        """USD for the tokens of one answer, exactly (nothing is rounded)."""
        price = self.of(model)
        read, write = usage.cache_read * price.read_factor, usage.cache_write * price.write_factor
        whole = (usage.input_tokens + read + write) * price.input + usage.output_tokens * price.output
        return whole * (price.batch if batch else 1) / MILLION

    def estimate(self, request: Request, output_tokens: int, batch: bool = False) -> Decimal:
        """USD that a request will cost by rule of thumb: four characters a token, constant blocks read from the cache.

        `output_tokens` is what an answer is expected to take. For a plan, not for a limit: see `ceiling`.
        """
        constant = sum(len(block.text) for block in request.system if block.constant)
        whole = constant + changing_characters(request)
        usage = Usage(tokens(whole - constant), output_tokens, cache_read=tokens(constant))
        return self.cost(request.model, usage, batch)

    def ceiling(self, asked: Asked, batch: bool = False) -> Decimal:
        """USD that one attempt cannot exceed: a token a byte of UTF-8, all of it written to the cache, and all of
        `max_tokens` used. A token of less than one byte does not exist in tokenizers that work on bytes.
        """
        written = asked.size + len(json.dumps(asked.schema)) + FRAME_TOKENS
        return self.cost(asked.model, Usage(0, asked.max_tokens, cache_write=written), batch)


def changing_characters(request: Request) -> int:
    """Characters of a request that no cache holds."""
    changing = sum(len(block.text) for block in request.system if not block.constant)
    return changing + len(request.user) + len(json.dumps(request.schema))


def tokens(characters: int) -> int:
    """Tokens by rule of thumb, rounded up."""
    return -(-characters // CHARACTERS_A_TOKEN)


def affordable(
    requests: Iterable[Request], money: Decimal, prices: Prices, batch: bool = False
) -> tuple[Sequence[Request], Sequence[Reply]]:
    """The requests whose ceilings fit the money together, in order, and `unpaid` replies for the others.

    For a batch, which is paid as a whole: nothing can be stopped at a limit once it is handed in.
    """
    paid: list[Request] = []
    unpaid: list[Reply] = []
    left = money
    for request in requests:
        most = prices.ceiling(request.asked, batch)
        if most <= left:
            left -= most
            paid.append(request)
        else:
            unpaid.append(
                Reply(request.custom_id, "unpaid", model=request.model, cost=NOTHING, told=too_dear(most, left))
            )
    return paid, unpaid


def too_dear(most: Decimal, left: Decimal) -> str:
    """Why a request is not sent."""
    return f"the budget is spent: an attempt may cost {most:.6f} USD and {max(left, NOTHING):.6f} are left"
