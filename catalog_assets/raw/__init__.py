"""Landing and raw: bytes as received, and one row per record."""
