"""The pages. How to add one stands in docs/how-to/add-a-page.md."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from web.pages import (
    agreements,
    answers,
    audit,
    balances,
    community,
    coordinator,
    erasures,
    everything,
    exceptions,
    exchanges,
    figure_reports,
    gift_records,
    gifts,
    groups,
    health,
    history,
    home,
    journal,
    members,
    own_data,
    proofs,
    receipts,
    replay,
    reports,
    samples,
    seal,
    sign_in,
    slips,
    statements,
    story,
    story_files,
    tiles,
)

_MODULES = (
    health,
    sign_in,
    home,
    history,
    statements,
    story,
    story_files,
    reports,
    exchanges,
    answers,
    gift_records,
    gifts,
    members,
    erasures,
    own_data,
    groups,
    community,
    figure_reports,
    everything,
    agreements,
    coordinator,
    balances,
    journal,
    audit,
    seal,
    slips,
    receipts,
    proofs,
    tiles,
    replay,
    exceptions,
    samples,
)

PAGES: Sequence[HTTPRouteHandler] = [
    handler for module in _MODULES for handler in vars(module).values() if isinstance(handler, HTTPRouteHandler)
]
"""Every page and every button, in the order of the modules."""
