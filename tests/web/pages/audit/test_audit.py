"""The audit page: checks to make, and the number of entries by topic."""

from ledger.exchanges.commands import ReverseExchange
from projections.views import check_by_replay
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on
from tests.web.routes import KEEPERS, Found

FOUND: Found = {"show_audit": KEEPERS}


def test_an_auditor_sees_how_many_entries_each_topic_has(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    newest = street.views.catch_up().number

    page = street.ruth.get("/audit")
    shown = words_on(page)

    assert f"{newest} entries" in shown
    assert 'href="/journal?chapter=corrections">Corrections</a>' in page.text
    assert 'chapter=imports"' not in page.text, "a topic without entries has no link"


def test_the_audit_page_links_to_every_check(street: Street) -> None:
    street.helped(by=street.bo_id)
    sealed = street.neighbourhood.sealed().checkpoint.size
    engine = street.bank.place.views_engine()
    check_by_replay(street.bank.log, engine, street.views, now=street.neighbourhood.clock())
    engine.dispose()

    page = street.ruth.get("/audit")

    for address in ("/replay", "/seal", "/receipts", "/audit/sample", "/community/everything", "/journal", "/balances"):
        assert f'href="{address}"' in page.text, address
    assert words_on(page).count(f"{sealed} entries") >= 2, "the check of all hours and the seal"
    assert 'href="/community/everything"' not in street.chidi.get("/audit").text, "only auditors see all figures"


def test_before_the_first_seal_the_audit_page_says_so(street: Street) -> None:
    assert "Not sealed yet" in words_on(street.ruth.get("/audit"))


def test_the_seal_page_links_a_member_to_their_history_and_the_check_of_hours(street: Street) -> None:
    street.neighbourhood.sealed()

    page = street.ana.get("/seal")

    assert 'href="/replay"' in page.text and 'href="/exchanges">My history</a></p>' in page.text
    assert 'href="/receipts"' not in page.text and 'href="/audit"' not in page.text
    assert 'href="/seal"' in street.ana.get("/replay").text.partition("<footer")[0]


def test_every_topic_with_entries_opens(street: Street) -> None:
    street.helped(by=street.chidi_id)
    street.views.catch_up()

    for topic, entries in street.views.journal.view_counts().items():
        page = street.ruth.get("/journal", params={"chapter": topic})
        assert page.status_code == 200 and page.text.count('<tr id="e') == min(entries, 25), topic


def test_members_cannot_read_the_audit_page(street: Street) -> None:
    assert street.ana.get("/audit").status_code == 403
