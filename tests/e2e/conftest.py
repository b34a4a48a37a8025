"""The fixture `dagster`: a real instance, one for all tests here."""

from running import dagster

__all__ = ["dagster"]
