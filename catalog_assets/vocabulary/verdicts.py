"""What people can say of a question.

Belongs here: the words. Does not belong here: what a stage makes of them.
"""

AFFIRMED = ("accept", "replace")
"""Verdicts that name the right value: the proposed one, or another."""
