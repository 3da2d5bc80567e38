"""The hunt: whatever said who somebody was is in no file, table, page, export or log line once they were erased.

Every word about them holds the same rare letters, whatever it is: name, address, telephone, notes, reasons, in odd signs too.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from litestar import Litestar

from ledger.erasure.commands import is_clean
from ledger.exchanges.commands import AskForReversal, DeclineExchange, ReportExchange, help_given
from ledger.exchanges.facts import ExchangeReported
from ledger.gifts.commands import RecordGift
from ledger.groups.commands import JoinGroup
from ledger.identifiers import AccountId, CategoryKey, ExchangeId, MemberId, is_group
from ledger.personal_data.store import PERSONAL_TEXTS
from tests.web.neighbourhood import NOON, Neighbourhood
from tests.web.pages.conftest import Street
from tests.web.pages.reader import send, words_on
from tests.web.walk import Walk
from web.commands.main import hours
from web.framework.access import handlers_of

RARE = "qwxyzorb"
NAME = "Qwxyzorb Ünïcø\N{COMBINING DIAERESIS} عمر d’Árc"
ADDRESS = "Qwxyzorb.Mïa@example.org"
PHONE = "+44 1632 qwxyzorb"
NOTE, ABOUT, REASON, GIFT = (f"Qwxyzorb {what} \N{LADDER}" for what in ("mended it", "was kind", "was ill", "baked"))
READERS = ("ana", "bo", "chidi", "ruth", "stranger")


class Traces:
    """Everything by which somebody could be found: the rare letters in any coding, and what was worked out from them."""

    def __init__(self, street: Street, member: MemberId) -> None:
        texts = [RARE, "ünïcø", "unicø", "d’árc", "mïa@"]
        self.wanted = {text: text.encode() for text in texts}
        self.wanted |= {f"{text} in UTF-16": text.encode("utf-16-le") for text in texts}
        self.wanted["the address under which they asked for a code"] = (
            hashlib.sha256(f"ask-address\0{ADDRESS.lower().replace('ï', 'i')}".encode()).hexdigest().encode()
        )
        with street.bank.people.engine.connect() as connection:
            theirs = PERSONAL_TEXTS.c.value.icontains(RARE) | (PERSONAL_TEXTS.c.subject == member)
            salts = connection.execute(sa.select(PERSONAL_TEXTS.c.salt).where(theirs)).scalars().all()
        assert len(salts) >= 7, "everything was sealed"
        self.wanted |= {f"salt {number}": salt for number, salt in enumerate(salts)}

    def in_bytes(self, data: bytes) -> set[str]:
        lowered = data.lower()
        return {name for name, trace in self.wanted.items() if trace in lowered or trace in data}


def live(street: Street) -> tuple[MemberId, ExchangeId]:
    """They are invited, ask for a code, help and are helped, decline, give, and are looked for."""
    sent = send(street.chidi, street.chidi.get("/members/new"), "/members", name=NAME, email=ADDRESS, phone=PHONE)
    member = MemberId(sent.headers["location"].split("/")[-1].partition("?")[0])
    page = street.chidi.get(f"/members/{member}")
    send(street.chidi, page, f"/members/{member}/welcome")
    stranger = street.neighbourhood.browser()
    assert stranger.post("/sign-in/codes", data={"email": ADDRESS}).status_code == 303
    bank, day = street.bank, NOON.date()
    given = [help_given(member, street.bo_id, 45, "garden")]
    settled = (
        bank.do(ReportExchange(legs=tuple(given), given_on=day, note=ABOUT), by=street.bo_id)
        .fact(ExchangeReported)
        .exchange
    )
    bank.do(ReportExchange(legs=tuple(given), given_on=day, note=NOTE), by=member)
    back = (
        bank.do(
            ReportExchange(legs=(help_given(street.ana_id, member, 30, "garden"),), given_on=day, note=ABOUT),
            by=street.ana_id,
        )
        .fact(ExchangeReported)
        .exchange
    )
    bank.do(DeclineExchange(exchange=back, reason=REASON), by=member)
    bank.do(AskForReversal(exchange=settled, reason=REASON), by=street.bo_id)
    bank.do(
        RecordGift(
            giver=member, receiver=AccountId(street.bo_id), category=CategoryKey("food"), given_on=day, note=GIFT
        ),
        by=member,
    )
    bank.do(JoinGroup(group=street.garden, member=member), by=member)
    for reader in (street.ana, street.chidi):
        assert RARE in words_on(reader.get("/members", params={"name": RARE})).lower()
    # As backups of living files and a busy server would leave them: pages that were split, and statistics of the columns.
    for number in range(120):
        street.neighbourhood.welcomed(f"Qwxyzorc {number:03}", f"{number:03}@qwxyzorc.example")
    for engine in (bank.people.engine, street.views._engine):
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return member, settled


def hours_on(url: str, seals: Path, *words: str) -> Result:
    return CliRunner(env={"HOURS_SEAL": str(seals)}).invoke(hours, ["--database", url, *words])


def test_nothing_is_left_of_somebody_who_was_erased(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    caplog.set_level(logging.DEBUG)
    seals, receipt, known = tmp_path / "seals", tmp_path / "receipt", tmp_path / "known"
    neighbourhood = Neighbourhood.founded(database_url)
    request.addfinalizer(neighbourhood.close)
    neighbourhood.seal = tmp_path / "seal of the pages"
    street = Street(neighbourhood)
    member, exchange = live(street)
    traces = Traces(street, member)
    known.write_text(hours_on(database_url, seals, "seal", "--note").stdout)
    receipt.write_text(hours_on(database_url, seals, "receipt", exchange).stdout)
    balances = hours_on(database_url, seals, "balances", "--format", "json").stdout
    assert RARE in balances.lower() and any(traces.in_bytes(data) for _, data in kept_in(street))

    theirs = neighbourhood.browser(member=member)
    path = f"/members/{member}/erasure"
    send(theirs, theirs.get(path), f"{path}-request")
    assert send(street.chidi, street.chidi.get(path), path).status_code == 303

    assert is_clean(street.bank.people)
    assert {name: found for name, data in kept_in(street) if (found := traces.in_bytes(data))} == {}
    assert {page: found for page, data in pages_of(street) if (found := traces.in_bytes(data))} == {}
    told = "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records if record.name != "httpx"
    )
    assert traces.in_bytes(told.encode()) == set()

    # Every proof still holds, and everything still adds up.
    exported = tmp_path / "bundle"
    assert hours_on(database_url, seals, "bundle", str(exported)).exit_code == 0
    checked = hours_on(database_url, seals, "verify", "bundle", str(exported), "--known", str(known))
    assert checked.exit_code == 0, checked.output
    assert hours_on(database_url, seals, "verify", "receipt", str(receipt)).exit_code == 0
    assert hours_on(database_url, seals, "replay").exit_code == 0
    assert hours_on(database_url, seals, "rebuild", "--check").exit_code == 0
    files = [file for folder in (exported, seals) for file in folder.rglob("*") if file.is_file()]
    assert {file.name: found for file in files if (found := traces.in_bytes(file.read_bytes()))} == {}
    after = hours_on(database_url, seals, "balances", "--format", "json").stdout
    assert "a former member" in after and traces.in_bytes(after.encode()) == set()
    assert sorted(minutes(after)) == sorted(minutes(balances)), "no balance moved"


def minutes(printed: str) -> list[str]:
    """The numbers of a list of balances, account by account, without the names."""
    return [line.strip() for line in printed.splitlines() if '"name"' not in line]


def kept_in(street: Street) -> Iterator[tuple[str, bytes]]:
    """The raw bytes of everything the community is kept in: its folder, or the files and tables of its database."""
    place = street.bank.place
    if place.is_sqlite:
        yield from ((file.name, file.read_bytes()) for file in place.path.rglob("*") if file.is_file())
        return
    with street.bank.people.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CHECKPOINT"))
        data = Path(connection.execute(sa.text("SHOW data_directory")).scalar_one())
        number = connection.execute(
            sa.text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
        files: dict[str, bytes] = {}
        for file in (data / "base" / str(number)).iterdir():
            with suppress(FileNotFoundError):  # the server drops its own caches and old copies at any time
                files[file.name] = file.read_bytes()
        assert len(files) > 100, "these are the files of the database, its statistics among them"
        yield from files.items()
        yield from tables_of(connection)


def tables_of(connection: sa.Connection) -> Iterator[tuple[str, bytes]]:
    """Every row of every table, as text."""
    named = sa.text(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('log', 'people', 'views')"
        " UNION SELECT 'pg_catalog', 'pg_stats'"
    )
    for schema, table in connection.execute(named).all():
        rows = connection.exec_driver_sql(f'SELECT t::text FROM "{schema}"."{table}" AS t').scalars()
        yield f"{schema}.{table}", "\n".join(rows).encode()


def pages_of(street: Street) -> Iterator[tuple[str, bytes]]:
    """Every page of the app as each reader meets it, the erased member's own pages and every entry among them."""
    neighbourhood = street.neighbourhood
    walk, app = Walk(neighbourhood), neighbourhood.app()
    (member,) = {
        erased.id for erased in neighbourhood.views.members.many(all_members(street)).values() if erased.erased_at
    }
    for who in READERS:
        browser = neighbourhood.browser(app, member=walk.member(who))
        for path in paths(street, walk, app, member):
            answer = browser.get(path)
            assert answer.status_code < 500, path
            yield f"{path} as {who}", answer.content + repr(answer.headers).encode()


def all_members(street: Street) -> list[MemberId]:
    with street.bank.people.engine.connect() as connection:
        kept = set(connection.execute(sa.select(PERSONAL_TEXTS.c.subject)).scalars())
    from_log = {
        tag.removeprefix("member:") for one in street.bank.log.from_position(0, limit=2_000) for tag in one.tags
    }
    return [MemberId(one) for one in kept | from_log if one.startswith("m-") and not is_group(one)]


def paths(street: Street, walk: Walk, app: Litestar, member: MemberId) -> list[str]:
    ana = walk.neighbourhood.ana
    all_paths = {walk.path(handler) for handler in handlers_of(app) if "GET" in handler.http_methods}
    theirs = {path.replace(ana, member) for path in all_paths if ana in path}
    newest = street.views.catch_up().number
    entries = {f"/journal/{number}" for number in range(1, newest + 1, 1) if number > newest - 40 or number < 60}
    found = {f"/exchanges/{one}" for one in exchanges_of(street)}
    looked = {
        f"/members?name={RARE[:5]}",
        f"/members?after={member}",
        f"/journal?account={member}",
        f"/journal?actor={member}",
    }
    return sorted({*all_paths, *theirs, *entries, *found, *looked, f"/exchanges?with={member}"})


def exchanges_of(street: Street) -> set[str]:
    stored = street.bank.log.from_position(0, limit=2_000)
    return {tag.removeprefix("exchange:") for one in stored for tag in one.tags if tag.startswith("exchange:")}
