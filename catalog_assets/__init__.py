"""Catalog Assets: dirty supplier feeds in, a product catalogue people trust out."""
