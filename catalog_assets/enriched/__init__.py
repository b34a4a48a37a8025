"""Enriched: proposals, each with confidence, method, model version and evidence."""
