"""The web app: assembles the pages, the middleware and one community's time bank."""

from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

from litestar import Litestar, Router
from litestar.config.compression import CompressionConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import ClientException, InternalServerException
from litestar.handlers import HTTPRouteHandler

from ledger.agreements.rules import must_be_founded
from ledger.time_bank import TimeBank
from projections.views import Views
from web.framework.access import WebRequest, check_access, handler_name, handlers_of, require_rules
from web.framework.call import PageCall, Site
from web.framework.errors import error_page
from web.framework.middleware import Cookies, Middleware, add_headers
from web.framework.rendering import Renderer
from web.framework.seals import Seals
from web.framework.static_files import StaticFiles, static_file
from web.settings import Settings
from web.sign_in.codes import SendEmail, smtp_sender
from web.sign_in.sessions import prepare
from web.wording.translation import Languages, load_languages

_WEB = Path(__file__).parent
_MODULES = [_WEB / "sign_in/pages.py", *sorted(_WEB.glob("pages/*/*.py"))]

PAGES: Sequence[HTTPRouteHandler] = [
    handler
    for module in (import_module(".".join(path.relative_to(_WEB.parent).with_suffix("").parts)) for path in _MODULES)
    for handler in vars(module).values()
    if isinstance(handler, HTTPRouteHandler)
]
"""The handlers of all pages and buttons: of signing in, and of modules such as `web/pages/members/own_data.py`."""

MOST_BODY_BYTES = 32_768
"""A longer body is refused before it is read. The longest form of this app is far shorter."""


def create_app(
    bank: TimeBank,
    views: Views,
    settings: Settings,
    *,
    languages: Languages | None = None,
    send_email: SendEmail | None = None,
    now: Callable[[], datetime] | None = None,
    pages: Sequence[HTTPRouteHandler] = PAGES,
) -> Litestar:
    """Return an ASGI app for one community.

    `languages`, `send_email`, `now` and `pages` are for tests. Raises an error if a page does not say who may call it, or
    if the community has not been founded.
    """
    now = now or partial(datetime.now, UTC)
    prepare(bank.people.engine)
    agreements = bank.agreements
    must_be_founded(agreements)
    languages = languages or load_languages(agreements.language, ZoneInfo(agreements.time_zone))
    static = _static_files()
    cookies = Cookies(settings.secure_cookies)
    renderer = Renderer(community=agreements.name, static=static, now=now)
    if send_email is None and settings.sends_mail:
        send_email = smtp_sender(settings)
    seals = Seals(settings.seal, bank, agreements.origin)
    site = Site(bank, views, settings, renderer, cookies, seals, send_email, now)

    app = copy(_without_community(tuple(pages)))
    app.state = State({"site": site, "bank": bank, "renderer": renderer, "static": static})
    handlers = {handler_name(handler): handler for handler in handlers_of(app)}
    require_rules(handlers)
    renderer.set_routes(handlers)
    app.asgi_handler = Middleware(
        app.asgi_handler, bank=bank, settings=settings, languages=languages, cookies=cookies, now=now
    )
    return app


@lru_cache(maxsize=4)
def _without_community(pages: tuple[HTTPRouteHandler, ...]) -> Litestar:
    """Register the pages, which takes the framework a while. What they need of a community is in the app's state."""
    return Litestar(
        # In a router: registered one by one, handlers that share a path are wrapped in a thread twice, and break.
        route_handlers=[Router("/", route_handlers=[*pages, static_file])],
        guards=[check_access],
        dependencies={"call": Provide(_make_call)},
        exception_handlers={Exception: error_page},
        before_send=[add_headers],
        compression_config=CompressionConfig(
            # One level higher takes twice the time, and makes a page 7 % smaller.
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


# The only dependency: for several, the framework would start a task each, on every page.
async def _make_call(request: WebRequest) -> PageCall:
    try:
        body = await request.body() if request.method == "POST" else b""
    except InternalServerException as error:
        raise ClientException("The browser went away before it had sent the form.") from error
    return PageCall(request, request.app.state.site, body)
