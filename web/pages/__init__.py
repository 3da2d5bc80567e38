"""The pages. How to add one:

1. A module here, named after its noun, with plain functions; for forms a msgspec Struct per form.
2. `@get("/gifts/{gift_id:str}", sync_to_thread=True)` above `def show_gift(request: Asked, gift_id: FromPath[str],
   visitor: NamedDependency[Visitor], views: NamedDependency[Views]) -> Response[str]`. What a handler may ask for by
   name: `bank`, `views`, `visitor`, `now`, and in a POST `fields`. The function's name is the page's name everywhere.
3. One line in WHO_MAY in `web/authorisation.py`; without it the app does not start. Add the module's PAGES below.
4. Show: `return page(request, "gift.html", gift=..., as_of=views.catch_up().number)`. The template begins with
   `{% extends "frame.html" %}{% import "parts.html" as parts %}`, fills the blocks `title` and `main`, and links by
   `{{ url("show_gift", gift_id=gift.id) }}`. Parts: strokes, duration, big_duration, tallies, halves, field, area,
   number, radios, checkbox, submit_once, error_summary, notice, stub, pager.
5. Take: `form = decode(GiftForm, fields, SENTENCES)`; `if form.problems: return page(request, "new_gift.html", form=form)`
   (422, everything kept). Then `form.wish`. A refusal of the ledger: `except Refusal as no: form.refuse_for(no, "note")`
   and show the form again. Done: `views.follow()`, `return see_other(url, done="logged")`, and that page
   shows a `parts.notice` for it. POST handlers are `@post(..., status_code=303, sync_to_thread=True)`.
6. Every word through `{% trans %}`, `_()`, `ngettext` or `later`; hours by `| duration`, days by `| day`, names in <bdi>.
   Then `python -m web.translations`. Tests walk every route by themselves (tests/web/walk.py): tell them what a new
   kind of identifier in a path stands for.
"""

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

PAGES: Sequence[HTTPRouteHandler] = (
    *health.PAGES,
    *sign_in.PAGES,
    *home.PAGES,
    *history.PAGES,
    *statements.PAGES,
    *story.PAGES,
    *story_files.PAGES,
    *reports.PAGES,
    *exchanges.PAGES,
    *answers.PAGES,
    *gift_records.PAGES,
    *gifts.PAGES,
    *members.PAGES,
    *erasures.PAGES,
    *own_data.PAGES,
    *groups.PAGES,
    *community.PAGES,
    *figure_reports.PAGES,
    *everything.PAGES,
    *agreements.PAGES,
    *coordinator.PAGES,
    *balances.PAGES,
    *journal.PAGES,
    *audit.PAGES,
    *seal.PAGES,
    *slips.PAGES,
    *receipts.PAGES,
    *proofs.PAGES,
    *tiles.PAGES,
    *replay.PAGES,
    *exceptions.PAGES,
    *samples.PAGES,
)
