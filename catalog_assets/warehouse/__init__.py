"""Warehouse: current catalogue, keys that lead to it, star schema."""
