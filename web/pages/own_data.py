"""Everything kept about a member, for their own eyes: one file to read, and the same for programs (GDPR, articles 15 and 20)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from ledger.application.time_bank import TimeBank
from ledger.identifiers import MemberId
from projections.views import Views
from web.frame import Frame, page
from web.pages.journal import FIELDS
from web.pages.kept_about import about, entries
from web.pages.story_files import sent
from web.visitors import Asked, Visitor

_ENCODER = msgspec.json.Encoder()


@get("/members/{member_id:str}/data", sync_to_thread=True)
def show_data(
    request: Asked,
    member_id: FromPath[str],
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    now: NamedDependency[datetime],
) -> Response[str]:
    """What is kept about the member, and the two files to take away."""
    as_of = views.catch_up().number
    own = bank.people.fields_of(visitor.member)
    return page(
        request,
        "own_data.html",
        member_id=member_id,
        kept=about(visitor.member, as_of, now, bank, views),
        written=own.get("note", 0) + own.get("reason", 0),
        as_of=as_of,
    )


@get("/members/{member_id:str}/data.html", sync_to_thread=True)
def data_as_html(
    request: Asked,
    member_id: FromPath[str],  # noqa: ARG001 - the rule of this page has seen that it is the visitor's own
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    now: NamedDependency[datetime],
) -> Stream:
    """One file to read, print and keep: it needs no network and loads nothing."""
    kept = about(visitor.member, views.catch_up().number, now, bank, views)
    frame: Frame = request.app.state.frame
    return sent(_as_html(frame, visitor, kept, bank, views), "text/html", "my-data.html")


@get("/members/{member_id:str}/data.json", sync_to_thread=True)
def data_as_json(
    member_id: FromPath[str],  # noqa: ARG001 - the rule of this page has seen that it is the visitor's own
    visitor: NamedDependency[Visitor],
    bank: NamedDependency[TimeBank],
    views: NamedDependency[Views],
    now: NamedDependency[datetime],
) -> Stream:
    """The same for programs: stable keys, minutes, days, instants in UTC."""
    kept = about(visitor.member, views.catch_up().number, now, bank, views)
    return sent(_as_json(visitor.member, kept, bank, views), "application/json", "my-data.json")


PAGES = (show_data, data_as_html, data_as_json)


def _as_html(frame: Frame, visitor: Visitor, kept: dict[str, Any], bank: TimeBank, views: Views) -> Iterator[str]:
    def part(name: str, **context: object) -> str:
        return frame.html("own_data_file.html", visitor, "", {"part": name, "kept": kept, "fields": FIELDS, **context})

    yield part("head")
    for some in entries(visitor.member, bank, views):
        yield part("entries", entries=some)
    yield part("tail")


def _as_json(member: MemberId, kept: dict[str, Any], bank: TimeBank, views: Views) -> Iterator[str]:
    yield _ENCODER.encode(kept).decode()[:-1] + ',"entries":['
    place = 0
    for some in entries(member, bank, views):
        for told in some:
            yield ("," if place else "") + _ENCODER.encode(
                {
                    "number": told.number,
                    "recorded_at": told.recorded_at,
                    "kind": told.kind,
                    "by": told.actor,
                    "for": told.on_behalf,
                    "sentence": told.sentence.striptags(),
                    "words": dict(told.words),
                    "exchange": told.exchange,
                    "fact": told.data,
                }
            ).decode()
            place += 1
    yield "]}\n"
