"""The auditor's desk: the chapters of the journal with their numbers."""

from tests.web.pages.conftest import Street
from tests.web.pages.reader import words_on


def test_an_auditor_sees_how_many_entries_each_chapter_has(street: Street) -> None:
    exchange = street.helped(by=street.bo_id)
    street.bank.exchanges.reverse(exchange, asked_by=street.bo_id, reason="Hm", command=street.command(street.chidi_id))
    newest = street.views.catch_up().number

    page = street.ruth.get("/audit")
    shown = words_on(page)

    assert f"The book has {newest} entries." in shown
    assert 'href="/journal?chapter=corrections">Corrections</a>' in page.text
    assert 'chapter=imports"' not in page.text, "a chapter without entries leads nowhere"


def test_every_chapter_that_has_entries_opens(street: Street) -> None:
    street.helped(by=street.chidi_id)
    street.views.catch_up()

    for chapter, entries in street.views.journal.chapters().items():
        page = street.ruth.get("/journal", params={"chapter": chapter})
        assert page.status_code == 200 and page.text.count('<tr id="e') == min(entries, 25), chapter


def test_members_do_not_read_the_auditors_desk(street: Street) -> None:
    assert street.ana.get("/audit").status_code == 403
