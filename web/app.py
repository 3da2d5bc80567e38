"""The web app: one function that puts the pages, the middleware and one community's time bank together."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from ledger.agreements.rules import must_be_founded
from ledger.time_bank import TimeBank
from projections.views import Views
from web.framework.access import handler_name, handlers_of, may_enter, must_say_who_may
from web.framework.call import PageCall, Site
from web.framework.errors import answer
from web.framework.middleware import Cookies, Middleware, add_headers
from web.framework.rendering import Renderer
from web.framework.seals import Seals
from web.framework.static_files import StaticFiles, static_file
from web.framework.visitors import WebRequest
from web.pages.agreements import agreements
from web.pages.audit import accounts, audit, journal
from web.pages.exchanges import exchange, history, log
from web.pages.figures import community, reports, story, story_files
from web.pages.gifts import gifts
from web.pages.groups import groups
from web.pages.home import home
from web.pages.members import member, members, own_data
from web.pages.proof import receipts, seal
from web.settings import Settings
from web.sign_in import pages as sign_in
from web.sign_in.codes import Post, post_by_smtp
from web.sign_in.tables import prepare
from web.wording.translation import Languages, spoken_languages

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
    seal,
    receipts,
)

PAGES: Sequence[HTTPRouteHandler] = [
    handler for module in _MODULES for handler in vars(module).values() if isinstance(handler, HTTPRouteHandler)
]
"""Every page and every button, in the order of the modules."""

MOST_BODY_BYTES = 32_768
"""The longest form of this app is far shorter; a longer body is refused before it is read."""


def create_app(
    bank: TimeBank,
    views: Views,
    settings: Settings,
    *,
    languages: Languages | None = None,
    post: Post | None = None,
    now: Callable[[], datetime] | None = None,
    pages: Sequence[HTTPRouteHandler] = PAGES,
) -> Litestar:
    """An ASGI app for one community.

    Tests bring their own `languages`, a `post` that keeps the mails, a clock, and pages; a host brings none of these.
    Fails when a page does not say who may call it, and refuses a community not yet founded.
    """
    now = now or _utc_now
    prepare(bank.people.engine)
    agreements = bank.agreements
    must_be_founded(agreements)
    languages = languages or spoken_languages(agreements.language, ZoneInfo(agreements.time_zone))
    static = _static_files()
    cookies = Cookies(settings.secure_cookies)
    frame = Renderer(community=agreements.name, static=static, now=now)
    if post is None and settings.sends_mail:
        post = post_by_smtp(settings)
    seals = Seals(settings.seal, bank, agreements.origin)
    site = Site(bank, views, settings, frame, cookies, seals, post, now)

    app = copy(_without_community(tuple(pages)))
    app.state = State({"site": site, "bank": bank, "frame": frame, "static": static})
    handlers = {handler_name(handler): handler for handler in handlers_of(app)}
    must_say_who_may(handlers)
    frame.learn(handlers)
    app.asgi_handler = Middleware(
        app.asgi_handler, bank=bank, settings=settings, languages=languages, cookies=cookies, now=now
    )
    return app


@lru_cache(maxsize=4)
def _without_community(pages: tuple[HTTPRouteHandler, ...]) -> Litestar:
    """The pages as the framework has them, which takes it a while; what they need of a community stands in an app's state."""
    return Litestar(
        # By a router: registered one by one, a page that shares its path with another is sent to a thread twice over,
        # and never arrives.
        route_handlers=[Router("/", route_handlers=[*pages, static_file])],
        guards=[may_enter],
        dependencies={"call": Provide(_take_call)},
        exception_handlers={Exception: answer},
        before_send=[add_headers],
        compression_config=CompressionConfig(
            # One level higher takes twice the time for a page that is seven hundredths smaller.
            backend="brotli",
            brotli_quality=4,
            minimum_size=600,
            exclude=["^/static/", "^/tile/[0-9]"],
        ),
        request_max_body_size=MOST_BODY_BYTES,
        openapi_config=None,
        logging_config=None,
    )


_static_files = cache(StaticFiles)


# The only dependency: for those that stand side by side the framework starts a task each, on every page.
async def _take_call(request: WebRequest) -> PageCall:
    return PageCall(request, request.app.state.site, await request.body() if request.method == "POST" else b"")


def _utc_now() -> datetime:
    return datetime.now(UTC)
