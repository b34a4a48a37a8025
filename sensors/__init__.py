"""Sensors: cursors and run keys, and nothing else. What is new or stale is asked of the catalogue's own modules."""
