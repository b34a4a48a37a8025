"""Human review: where doubtful values wait for people, how they are asked, and what they said.

Belongs here: the store of questions and words (`store`, `questions`, `words`, `database`, `schema`), the queue
(`queue`, `choosing`), people (`accounts`, `exclusions`, `known_answers`), the page (`page/`), other ways in
(`exchange`, `external/`), and what may stand in place of a proposal (`replacement`, `judging`). Does not belong here:
which values are doubtful and what follows from a decision (`catalog_assets/reviewed`), and what words together mean
(`catalog_assets/consensus`).
"""

from resources.review.exchange import ImportRefused, ImportReport, export_csv, import_csv
from resources.review.protocol import Decision, Outcome, ReviewStore, ReviewStoreError, decisions_fingerprint
from resources.review.store import SqlReviewStore

__all__ = [
    "Decision",
    "ImportRefused",
    "ImportReport",
    "Outcome",
    "ReviewStore",
    "ReviewStoreError",
    "SqlReviewStore",
    "decisions_fingerprint",
    "export_csv",
    "import_csv",
]
