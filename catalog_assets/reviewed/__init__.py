"""Reviewed: proposals accepted by rule, or decided by a person."""
