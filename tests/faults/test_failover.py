"""When a standby without the last entries takes over from under a running program, nothing is remembered that is lost."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.exchanges.commands import ConfirmExchange, ReportExchange
from ledger.identifiers import AccountId, ExchangeId
from ledger.refusals import Refusal
from ledger.replay import replay
from ledger.time_bank import TimeBank
from projections.views import Views
from tests.cast import ANA, BO, TODAY, founded, help_of, minutes_of
from tests.faults.clusters import Cluster, clusters
from tests.faults.test_standby import wait_until_it_has

pytestmark = pytest.mark.long


class Pair:
    """Two servers behind one address, as a proxy or a name that moves gives them."""

    def __init__(self, primary: Cluster, standby: Cluster, address: Path) -> None:
        self.primary = primary
        self.standby = standby
        self._address = address
        self.url = f"postgresql://postgres@/postgres?host={address}"
        self._lead_to(primary)

    def lose_what_comes_next(self) -> None:
        """From here on, the standby receives nothing."""
        with psycopg.connect(self.url) as reader:
            found = reader.execute("SELECT count(*) FROM log.dcb_events_tt_main").fetchone()
        assert found is not None
        wait_until_it_has(self.standby, found[0])
        self.standby.stop()

    def fail_over(self) -> None:
        """The primary dies, and the standby takes its place."""
        self.primary.stop("immediate")
        self.standby.start()
        self.standby.promote()
        self._lead_to(self.standby)

    def _lead_to(self, cluster: Cluster) -> None:
        self._address.unlink(missing_ok=True)
        self._address.symlink_to(cluster.url.partition("host=")[2])


@pytest.fixture
def pair() -> Iterator[Pair]:
    with clusters(2) as (primary, standby):
        primary.founded()
        address = Path(primary.url.partition("host=")[2]).parent / "current"
        with founded(Pair(primary, standby, address).url):
            pass
        standby.following(primary)
        yield Pair(primary, standby, address)


def test_a_lost_exchange_can_no_longer_be_confirmed(pair: Pair) -> None:
    with TimeBank.open(pair.url) as bank, Views.open(bank.place, bank.log) as views:
        kept = bank.log.head()
        pair.lose_what_comes_next()
        lost = bank.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=ANA)
        exchange = ExchangeId(lost.facts[0].tags[0].removeprefix("exchange:"))
        assert bank.exchange(exchange).state == "waiting"
        views.catch_up()

        pair.fail_over()

        with pytest.raises(Refusal):
            bank.do(ConfirmExchange(exchange=exchange), by=BO)
        assert bank.log.head() == kept, "nothing was recorded about an exchange that the log does not have"
        bank.do(ReportExchange(legs=(help_of(ANA, BO, minutes=45),), given_on=TODAY), by=BO)
        as_of = views.catch_up()
        assert as_of.position == bank.log.head()
        assert views.check() == []
        assert replay(bank.log).accounts[AccountId(ANA)].given == minutes_of(bank, ANA) == 45
        views.rebuild()


def test_a_decision_that_was_made_before_the_failover_is_made_again(pair: Pair) -> None:
    with TimeBank.open(pair.url) as bank:
        pair.lose_what_comes_next()
        lost = bank.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=ANA)
        exchange = ExchangeId(lost.facts[0].tags[0].removeprefix("exchange:"))
        append = bank.log.recorder.append

        def failing_over(*given: object, **more: object) -> int:
            if pair.primary.is_running:
                pair.fail_over()
            return append(*given, **more)  # type: ignore[arg-type]

        bank.log.recorder.append = failing_over  # type: ignore[method-assign]
        kept = len(list(bank.log.scan())) - len(lost.facts)

        with pytest.raises(Refusal):
            bank.do(ConfirmExchange(exchange=exchange), by=BO)

        assert len(list(bank.log.scan())) == kept


def test_an_older_state_of_the_same_server_is_noticed(pair: Pair) -> None:
    """A snapshot of the disk that was put back has the same timeline, but lacks the last entries."""
    with TimeBank.open(pair.url) as bank:
        kept = bank.log.head()
        bank.do(ReportExchange(legs=(help_of(ANA, BO),), given_on=TODAY), by=BO)
        assert minutes_of(bank, ANA) == 60
        with psycopg.connect(pair.url) as server:
            server.execute("ALTER TABLE log.dcb_events_tt_main DISABLE TRIGGER ALL")
            server.execute("ALTER TABLE log.dcb_events_tt_tag DISABLE TRIGGER ALL")
            for table, column in (("dcb_events_tt_tag", "main_id"), ("dcb_events_tt_main", "id")):
                server.execute(f"DELETE FROM log.{table} WHERE {column} > {kept}".encode())
        pair.primary.stop()
        pair.primary.start()

        assert minutes_of(bank, ANA) == 0
