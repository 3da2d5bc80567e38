"""Bars in tables: the longest fills its cell, the others stand in proportion. Plain numbers for the templates."""

from collections.abc import Sequence

BAR_WIDTH = 200
"""The width a full bar is drawn in; the page stretches it."""


def bar_widths(amounts: Sequence[int]) -> list[str]:
    """How wide each bar is, as numbers for a path; nothing at all is a bar of no width."""
    longest = max(amounts, default=0)
    return [f"{amount * BAR_WIDTH / longest if longest > 0 else 0:.1f}".removesuffix(".0") for amount in amounts]
