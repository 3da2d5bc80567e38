"""Bringing in records that were kept elsewhere."""
