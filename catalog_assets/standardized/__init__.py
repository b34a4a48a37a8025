"""Standardized: typed, cleaned, one vocabulary, one row per offer."""
