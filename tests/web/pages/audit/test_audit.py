"""The auditor's desk: the chapters of the journal with their numbers."""

from ledger.exchanges.commands import ReverseExchange
from projections.views import check_by_replay
from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


def test_an_auditor_sees_how_many_entries_each_chapter_has(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.bo_id, reason="Hm"), by=street.chidi_id)
    newest = street.views.catch_up().number

    page = street.ruth.get("/audit")
    shown = words_on(page)

    assert f"The record has {newest} entries." in shown
    assert 'href="/journal?chapter=corrections">Corrections</a>' in page.text
    assert 'chapter=imports"' not in page.text, "a chapter without entries leads nowhere"


def test_from_the_desk_every_proof_is_one_link_away(street: Street) -> None:
    street.helped(by=street.bo_id)
    sealed = street.neighbourhood.sealed().checkpoint.size
    engine = street.bank.place.views_engine()
    check_by_replay(street.bank.log, engine, street.views, now=street.neighbourhood.clock())
    engine.dispose()

    page = street.ruth.get("/audit")

    for address in ("/replay", "/seal", "/receipts", "/audit/sample", "/community/everything", "/journal", "/balances"):
        assert f'href="{address}"' in page.text, address
    assert f"all {sealed} entries were added up again: every balance matched." in words_on(page)
    assert f"The last seal covers {sealed} entries." in words_on(page)
    assert 'href="/community/everything"' not in street.chidi.get("/audit").text, "that is for auditors alone"


def test_before_the_first_seal_the_desk_says_so(street: Street) -> None:
    shown = words_on(street.ruth.get("/audit"))

    assert "Not checked yet." in shown
    assert "Not sealed yet, or the seal cannot be read at the moment." in shown


def test_a_member_finds_slips_and_replay_from_the_page_of_the_seal(street: Street) -> None:
    street.neighbourhood.sealed()

    page = street.ana.get("/seal")

    assert "“Get the receipt”" in words_on(page)
    assert 'href="/replay"' in page.text and 'href="/exchanges">My history</a></p>' in page.text
    assert 'href="/receipts"' not in page.text and 'href="/audit"' not in page.text
    assert 'href="/seal"' in street.ana.get("/replay").text.partition("<footer")[0]


def test_every_chapter_that_has_entries_opens(street: Street) -> None:
    street.helped(by=street.chidi_id)
    street.views.catch_up()

    for chapter, entries in street.views.journal.view_counts().items():
        page = street.ruth.get("/journal", params={"chapter": chapter})
        assert page.status_code == 200 and page.text.count('<tr id="e') == min(entries, 25), chapter


def test_members_do_not_read_the_auditors_desk(street: Street) -> None:
    assert street.ana.get("/audit").status_code == 403
