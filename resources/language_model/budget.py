"""Money while asking: what is spent, what is reserved for attempts under way, and what may have been billed unseen.

Belongs here: the sums that keep a limit. Does not belong here: prices (`pricing.py`), and what is done at the limit.
"""

from dataclasses import dataclass
from decimal import Decimal

from resources.language_model.protocol import NOTHING


@dataclass
class Budget:
    """A limit in USD that `spent + unseen + reserved` never passes, if no attempt costs more than its reservation."""

    limit: Decimal
    spent: Decimal = NOTHING
    unseen: Decimal = NOTHING
    reserved: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        """What may still be reserved."""
        return self.limit - self.spent - self.unseen - self.reserved

    def fits(self, most: Decimal) -> bool:
        """Whether an attempt that may cost so much may be sent now."""
        return most <= self.left

    def reserve(self, most: Decimal) -> None:
        """An attempt is sent."""
        self.reserved += most

    def settle(self, most: Decimal, cost: Decimal) -> None:
        """It ended, and the server said what it billed (nothing, for an error)."""
        self.reserved -= most
        self.spent += cost

    def lose(self, most: Decimal) -> None:
        """It ended without a word about money: it counts as spent to the full, since the server may have billed it."""
        self.reserved -= most
        self.unseen += most
