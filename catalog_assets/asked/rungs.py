"""Which models are asked, with which prompts, in which order.

Belongs here: the configuration as a ladder: the model for what nobody knows, a stronger one for what is disputed, and
one on trial. Does not belong here: which contents each of them is asked about (`transform.py`).
"""

from dataclasses import dataclass

from catalog_assets.asked.purposes import DESCRIPTION, Attributes, Descriptions, Purpose
from catalog_assets.configuration import Catalog
from catalog_assets.enriched.prompting.asking import model_version
from catalog_assets.enriched.prompting.prompts import Prompt, prompt

ATTRIBUTES = Attributes()


@dataclass(frozen=True)
class Rung:
    """One model with one prompt.

    `disputed`: asked only where proposals differ, else where there is none that is sure. `share`: of contents, drawn by
    hash. `in_use`: what it says is proposed; else it is only kept and compared. `purpose`: what it is asked for.
    """

    model: str
    prompt: Prompt
    purpose: Purpose = ATTRIBUTES
    disputed: bool = False
    share: float = 1.0
    in_use: bool = True

    @property
    def version(self) -> str:
        """What its proposals have as their `model_version`."""
        return model_version(self.model, self.prompt)


def rungs(catalog: Catalog) -> tuple[Rung, ...]:
    """The ladder, the first asked first; empty where no language model is configured. Raises UnknownPromptError."""
    chosen = catalog.models.language
    if chosen is None:
        return ()
    found = [Rung(chosen.model, prompt(chosen.prompt))]
    if chosen.stronger is not None:
        found.append(Rung(chosen.stronger, prompt(chosen.prompt), disputed=True))
    if chosen.descriptions:
        found.append(Rung(chosen.model, prompt(DESCRIPTION), Descriptions()))
    if chosen.trial is not None:
        tried = prompt(chosen.trial.prompt or chosen.prompt)
        beside = Rung(chosen.trial.model or chosen.model, tried, share=chosen.trial.share, in_use=False)
        # What is in use already needs no trial: it would be paid twice for the same words.
        found += [beside] if beside.version not in {each.version for each in found} else []
    return tuple(found)
