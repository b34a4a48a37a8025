"""Matched: offers of the same real product, one golden record."""
