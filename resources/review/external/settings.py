"""How other platforms are set up: addresses, names, and which environment variables hold what is secret.

Belongs here: these settings, what they must be, and reading secrets. Does not belong here: the configuration's file,
and what is done with a platform.
"""

import os
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from resources.review.replacement import shown

SECRET_HEADER = "X-Catalog-Secret"
"""Label Studio signs nothing; this header of its webhooks carries what only it and we know."""
ACTIONS = ("ANNOTATION_CREATED", "ANNOTATION_UPDATED")
"""What Label Studio tells of by webhook."""
MAX_TITLE = 20
"""Label Studio allows 50 characters for a project; the rest says what it asks."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,99}")


@dataclass(frozen=True)
class LabelStudioSettings:
    """Where Label Studio is, and how we go by there.

    address: https, or http on this machine; title: what our projects' titles begin with, at
    most 20 characters; name: what people's names
    begin with in the journal; token, secret: names of the environment variables that hold the access token, and what
    webhooks carry in `SECRET_HEADER`, several for a change of secrets; timeout: seconds for one call.
    """

    address: str
    title: str = "Catalogue review"
    name: str = "label-studio"
    token: str = "LABEL_STUDIO_API_KEY"
    secret: str = "LABEL_STUDIO_WEBHOOK_SECRET"
    timeout: float = 60.0

    def __post_init__(self) -> None:
        _checked(self.name, self.address, self.token, self.secret)
        if not 0 < len(self.title) <= MAX_TITLE:
            raise ValueError(f"{self.name}: the title has at most {MAX_TITLE} characters, not {shown(self.title)}")


@dataclass(frozen=True)
class TaskPlatform:
    """A platform that takes tasks by POST and answers by signed webhooks.

    name: in the path of its webhooks, and what its people's names begin with; address: where tasks go, https or http on
    this machine; None where it only answers; token, secret: names of the environment variables that hold the bearer
    token of the POST, and the signing secrets of its webhooks: 'whsec_...' each, several for a change of secrets;
    timeout: seconds for one call; attempts: at one task.
    """

    name: str
    secret: str
    address: str | None = None
    token: str | None = None
    timeout: float = 10.0
    attempts: int = 5

    def __post_init__(self) -> None:
        _checked(self.name, self.address, *filter(None, (self.token, self.secret)))


def secrets(variable: str) -> list[str]:
    """The secrets that an environment variable holds, separated by white space; read each time they are needed, kept in
    no object."""
    return os.environ.get(variable, "").split()


def _checked(name: str, address: str | None, *variables: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a platform's name is small letters, digits and -, at most 40, not {shown(name)}")
    if any(not _VARIABLE.fullmatch(variable) for variable in variables):
        # What stands there may be the secret itself: it is not shown.
        raise ValueError(f"{name}: a secret is named by its environment variable (capitals, digits and _)")
    if address is None:
        return
    parts = urlsplit(address)
    if parts.username or parts.password:
        raise ValueError(f"{name}: an address holds no password: name an environment variable for it")
    local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not (local or (parts.scheme == "https" and parts.hostname)):
        raise ValueError(f"{name}: an address begins with https://, not {shown(address)}")
