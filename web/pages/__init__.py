"""The pages, a folder for each noun. docs/how-to/add-a-page.md says how to add one."""

from collections.abc import Sequence

from litestar.handlers import HTTPRouteHandler

from web.pages.agreements import agreements
from web.pages.audit import accounts, audit, journal, replay
from web.pages.exchanges import exchange, history, log
from web.pages.figures import community, reports, story, story_files
from web.pages.gifts import gifts
from web.pages.groups import groups
from web.pages.home import home
from web.pages.members import member, members, own_data
from web.pages.proof import receipts, seal, tiles
from web.sign_in import pages as sign_in

_MODULES = (
    home,
    sign_in,
    history,
    log,
    exchange,
    gifts,
    story,
    story_files,
    members,
    member,
    own_data,
    groups,
    community,
    reports,
    agreements,
    accounts,
    journal,
    audit,
    replay,
    seal,
    receipts,
    tiles,
)

PAGES: Sequence[HTTPRouteHandler] = [
    handler for module in _MODULES for handler in vars(module).values() if isinstance(handler, HTTPRouteHandler)
]
"""Every page and every button, in the order of the modules."""
