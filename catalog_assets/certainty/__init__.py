"""How sure something is, and from where on it is sure enough.

In this order: `calibration` (a score made into a probability), `thresholds` (from which score on something may be
taken). What is right and what was taken is the caller's; nothing here knows what it is about.
"""
