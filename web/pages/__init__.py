"""The pages. How to add one stands in docs/how-to/add-a-page.md."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from web.pages.agreements import agreements
from web.pages.audit import accounts as balances
from web.pages.audit import accounts as statements
from web.pages.audit import audit, journal, replay
from web.pages.audit import audit as exceptions
from web.pages.audit import audit as samples
from web.pages.exchanges import exchange as answers
from web.pages.exchanges import exchange as exchanges
from web.pages.exchanges import history
from web.pages.exchanges import log as reports
from web.pages.figures import community, story, story_files
from web.pages.figures import reports as everything
from web.pages.figures import reports as figure_reports
from web.pages.gifts import gifts
from web.pages.gifts import gifts as gift_records
from web.pages.groups import groups
from web.pages.home import home
from web.pages.home import home as coordinator
from web.pages.home import home as health
from web.pages.members import member as erasures
from web.pages.members import members, own_data
from web.pages.proof import receipts, seal, tiles
from web.pages.proof import receipts as slips
from web.pages.proof import tiles as proofs
from web.sign_in import pages as sign_in

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
