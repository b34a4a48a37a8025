"""Validated: business rules and a quality score; what passes."""
