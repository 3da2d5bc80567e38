"""A mistake is corrected, never edited: two people take the exchange back, and it is logged again."""

from ledger.exchanges.commands import ApproveReversal, AskForReversal, ConfirmExchange, ReverseExchange
from ledger.identifiers import AccountId, ExchangeId
from tests.web.pages.conftest import Street
from tests.web.pages.reader import form_on, mistakes_on, send, words_on
from tests.web.routes import COORDINATORS, PARTIES, TOO_LONG, Attempt, Found, SecondAttempts, counted

FOUND: Found = {
    "ask_reversal": PARTIES | COORDINATORS,
    "approve_reversal": PARTIES | COORDINATORS,
    "decline_reversal": PARTIES | COORDINATORS,
}


def ask_reversal(street: Street) -> Attempt:
    return counted(street, street.ana, "reversal", wrong={"reason": ""}, right={"reason": "It was twice"})


def approve_reversal(street: Street) -> Attempt:
    more = {"wrong": {"reason": TOO_LONG}, "right": {"reason": ""}}
    return counted(street, street.ana, "reversal/approval", asked_back=True, **more)


def decline_reversal(street: Street) -> Attempt:
    exchange = counted(street, street.ana, "reversal/refusal", asked_back=True)
    return exchange._replace(wrong={"reason": TOO_LONG}, right={"reason": "It was once"})


SECOND_ATTEMPTS: SecondAttempts = (ask_reversal, approve_reversal, decline_reversal)


def at(exchange: ExchangeId, what: str = "") -> str:
    return f"/exchanges/{exchange}/{what}".rstrip("/")


def settled(street: Street, *, back: int = 0) -> ExchangeId:
    """Log help that counts, because Bo received it and logged it."""
    return street.helped(by=street.bo_id, back=back)


def test_a_party_asks_and_the_other_agrees(street: Street) -> None:
    exchange = settled(street)
    asked = send(street.bo, street.bo.get(at(exchange)), at(exchange, "reversal"), reason="It was two hours")
    assert asked.headers["location"] == f"{at(exchange)}?done=asked-back"
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150

    page = street.ana.get(at(exchange))
    assert "Bo Lindqvist has asked" in words_on(page) and "It was two hours" in words_on(page)
    done = send(street.ana, page, at(exchange, "reversal/approval"))

    assert done.headers["location"] == f"{at(exchange)}?done=taken-back"
    assert street.views.balances.of(AccountId(street.bo_id)).received == 0
    assert f"/exchanges/new?corrects={exchange}" in street.bo.get(at(exchange)).text


def test_asking_to_take_it_back_needs_a_reason(street: Street) -> None:
    exchange = settled(street)

    answer = send(street.bo, street.bo.get(at(exchange)), at(exchange, "reversal"))

    assert answer.status_code == 422 and mistakes_on(answer) == ["reason"]


def test_the_other_party_can_keep_it(street: Street) -> None:
    exchange = settled(street)
    street.bank.do(AskForReversal(exchange=exchange, reason="Hm"), by=street.bo_id)
    fields = form_on(street.ana.get(at(exchange)), at(exchange, "reversal/approval")).fields

    done = street.ana.post(at(exchange, "reversal/refusal"), data=fields | {"reason": "I looked it up"})

    assert done.headers["location"] == f"{at(exchange)}?done=kept"
    assert "I looked it up" in words_on(street.bo.get(at(exchange)))
    assert street.views.balances.of(AccountId(street.bo_id)).received == 150


def test_the_person_who_asked_can_change_their_mind_but_not_approve(street: Street) -> None:
    exchange = settled(street)
    street.bank.do(AskForReversal(exchange=exchange, reason="Hm"), by=street.bo_id)

    own = street.bo.post(at(exchange, "reversal/approval"), data={})
    done = send(street.bo, street.bo.get(at(exchange)), at(exchange, "reversal/refusal"))

    assert own.status_code == 422 and mistakes_on(own) == ["answer"]
    assert done.headers["location"] == f"{at(exchange)}?done=kept"


def test_a_coordinator_takes_it_back_at_a_partys_request(street: Street) -> None:
    exchange = settled(street)
    page = street.chidi.get(at(exchange))

    without = send(street.chidi, page, at(exchange, "reversal"), reason="They rang me")
    done = send(street.chidi, page, at(exchange, "reversal"), reason="They rang me", asked_by=street.ana_id)

    assert without.status_code == 422 and mistakes_on(without) == ["asked_by"]
    assert form_on(without, at(exchange, "reversal")).fields["reason"] == "They rang me"
    assert done.headers["location"] == f"{at(exchange)}?done=taken-back"
    assert street.views.balances.of(AccountId(street.ana_id)).given == 0


def test_a_correction_and_what_it_corrects_link_to_each_other(street: Street) -> None:
    exchange = settled(street)
    street.bank.do(AskForReversal(exchange=exchange, reason="Two hours"), by=street.bo_id)
    street.bank.do(ApproveReversal(exchange=exchange), by=street.ana_id)
    assert f"/exchanges/new?corrects={exchange}" in street.bo.get(at(exchange)).text

    form = street.bo.get(f"/exchanges/new?corrects={exchange}")
    filled = form_on(form, "/exchanges/new").fields
    assert (filled["way"], filled["other"], filled["hours"]) == ("received", street.ana_id, "2")
    assert (filled["minutes"], filled["category"], filled["given_on"]) == ("30", "garden", "2026-11-21")
    page = send(street.bo, form, "/exchanges/new", minutes="0")
    done = send(street.bo, page, "/exchanges")

    right = done.headers["location"].partition("?")[0]
    assert f'href="{at(exchange)}"' in street.bo.get(right).text
    assert f'href="{right}"' in street.ana.get(at(exchange)).text
    assert street.views.balances.of(AccountId(street.bo_id)).received == 120


def test_the_correction_of_a_skill_exchange_is_filled_in_from_the_readers_side(street: Street) -> None:
    exchange = settled(street, back=45)
    street.bank.do(ConfirmExchange(exchange=exchange), by=street.ana_id)
    street.bank.do(ReverseExchange(exchange=exchange, asked_by=street.ana_id, reason="Hm"), by=street.chidi_id)

    bo = form_on(street.bo.get(f"/exchanges/new?corrects={exchange}"), "/exchanges/new").fields
    chidi = form_on(street.chidi.get(f"/exchanges/new?corrects={exchange}"), "/exchanges/new").fields
    eve = form_on(street.eve.get(f"/exchanges/new?corrects={exchange}"), "/exchanges/new").fields

    assert (bo["way"], bo["other"], bo["hours"], bo["minutes"]) == ("exchange", street.ana_id, "0", "45")
    assert (bo["hours_back"], bo["minutes_back"]) == ("2", "30")
    assert (chidi["others"], chidi["other"], chidi["second"]) == ("yes", street.ana_id, street.bo_id)
    assert "corrects" not in eve and eve["hours"] == ""
