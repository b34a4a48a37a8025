"""Attribute values read from product texts by a model that learned from labelled products.

In this order: `tokens` (texts into tokens), `marks` (tokens into numbers), `chain` (a conditional random field: which
tokens may be a value of what), `counts` (what labelled texts say of words), `spans` (candidates, and how each stands
among its rivals), `judge` (boosted trees: the probability that a candidate is right), `model` (all of it as a release),
`extract` (the answer). `learning` makes a release from labelled products, `scores` says how well it reads others.

Belongs here: the learned extraction, on frames of texts. Does not belong here: rules (`enriched/rules.py`), what
becomes of proposals, and from which confidence on they are accepted. It needs SciPy: import it late, where it is used.
"""
