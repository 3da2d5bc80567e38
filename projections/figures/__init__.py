"""Figures about contribution and reciprocity."""
