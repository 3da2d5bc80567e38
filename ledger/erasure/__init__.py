"""Erasing personal data without touching an entry."""
