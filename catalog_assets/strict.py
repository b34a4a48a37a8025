"""What all settings have in common.

Belongs here: the base of every group of settings. Does not belong here: settings (`configuration.py`).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """A key that is not known is a mistake; nothing is changed once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
