"""The review store: where doubtful values wait for a person, and where people's decisions are kept.

Belongs here: what a store promises (`protocol`), the embedded store (`store`, `migrations`), what a person may put in
place of a proposal (`replacement`), and the way through a spreadsheet (`exchange`, `formulas`). Does not belong here:
which values are doubtful and what follows from a decision (`catalog_assets/reviewed/`).
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
