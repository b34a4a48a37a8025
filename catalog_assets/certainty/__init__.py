"""How sure something is, and from where on it is sure enough.

In this order: `calibration` (a score made into a probability), `thresholds` and `acceptance` (from which score on
something may be taken, the latter with a proof), `estimate` (how often what was taken is right), `reliability` and
`diagram` (whether probabilities came true, in figures and drawn). What is right and what was taken is the caller's;
nothing here knows what it is about.
"""
