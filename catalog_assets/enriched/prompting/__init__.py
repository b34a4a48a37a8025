"""Asking a language model: what is asked, and how each answer is checked before it counts. No network here."""
