"""Asking a language model: transport only, with one reply for each request, and money that is counted.

Belongs here: the names that others use. Does not belong here: what is asked, and what an answer is worth.
"""

from resources.language_model.protocol import (
    Asked,
    Batch,
    LanguageModel,
    LanguageModelError,
    Limits,
    Reply,
    Request,
    Text,
    Usage,
)

__all__ = ["Asked", "Batch", "LanguageModel", "LanguageModelError", "Limits", "Reply", "Request", "Text", "Usage"]
