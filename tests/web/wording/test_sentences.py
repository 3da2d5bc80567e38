"""Facts are described in plain sentences, in which names and amounts cannot break the page."""

from datetime import date

import pytest
from markupsafe import Markup

from ledger.agreements.facts import (
    CategoriesAgreed,
    CommunityFounded,
    ConfirmationAgreed,
    ExceptionsAgreed,
    LimitsAgreed,
)
from ledger.agreements.rules import DEFAULT_CATEGORIES, DEFAULT_THRESHOLDS
from ledger.catalogue import Fact
from ledger.erasure.facts import ErasureAsked, ErasureWithdrawn, PersonalDataErased
from ledger.exchanges.facts import (
    ExchangeCalledOff,
    ExchangeConfirmed,
    ExchangeDeclined,
    ExchangeReported,
    ExchangeReversed,
    ExchangeSettled,
    Leg,
    ReversalAsked,
    ReversalDeclined,
)
from ledger.gifts.facts import GiftRecorded, GiftWithdrawn, ThanksGiven, ThanksSharingChosen
from ledger.groups.facts import GroupFormed, GroupJoined, GroupLeft
from ledger.identifiers import COMMUNITY, HOST, AccountId, CategoryKey, ExchangeId, GiftId, GroupId, MemberId
from ledger.members.facts import MemberInvited, MemberLeft, MemberWelcomed, RoleGiven, RoleWithdrawn, VisibilityChosen
from web.wording.audit import stories_in
from web.wording.names import SentenceContext
from web.wording.sentences import CHANNELS, sentence

ANA, BO, CHIDI, FORMER = MemberId("m-ana"), MemberId("m-bo"), MemberId("m-chidi"), MemberId("m-former")
CHOIR = GroupId("g-choir")
EXCHANGE, BEFORE, GIFT = ExchangeId("x-1"), ExchangeId("x-0"), GiftId("f-1")
SATURDAY = date(2026, 11, 21)
GARDEN = CategoryKey("garden")

CONTEXT = SentenceContext(
    names={ANA: "Ana", BO: "Bo", CHIDI: "Chidi", CHOIR: "Weir Choir"},
    kinds={"garden": "Garden", "learning": "Learning and languages"},
    entries={EXCHANGE: 1204, BEFORE: 17},
)

HELP = Leg(giver=AccountId(ANA), receiver=AccountId(BO), minutes=150, category=GARDEN)
BACK = Leg(giver=AccountId(BO), receiver=AccountId(ANA), minutes=60, category=CategoryKey("learning"))


def reported(by: MemberId, *legs: Leg, awaiting: tuple[MemberId, ...] = (), corrects: ExchangeId | None = None) -> Fact:
    return ExchangeReported(
        exchange=EXCHANGE, legs=legs or (HELP,), given_on=SATURDAY, reported_by=by, awaiting=awaiting, corrects=corrects
    )


def gift(receiver: AccountId) -> Fact:
    return GiftRecorded(gift=GIFT, giver=ANA, receiver=receiver, category=GARDEN, given_on=SATURDAY, recorded_by=ANA)


SENTENCES: list[tuple[Fact, str]] = [
    (
        CommunityFounded(name="Riverside", time_zone="Europe/London", language="en", origin="localhost/riverside/1"),
        "The community Riverside was started. Its time zone is Europe/London.",
    ),
    (LimitsAgreed(debit_limit_minutes=-1200), "Agreed: everyone can receive up to 20 h more than they gave."),
    (
        LimitsAgreed(debit_limit_minutes=-1200, upper_limit_minutes=2400),
        "Agreed: everyone can receive up to 20 h more than they gave, and give up to 40 h more than they received.",
    ),
    (
        ConfirmationAgreed(words_needed="receiver"),
        "Agreed: hours count once the person who received the help has agreed.",
    ),
    (ConfirmationAgreed(words_needed="both"), "Agreed: hours count once both people have agreed."),
    (
        CategoriesAgreed(categories=DEFAULT_CATEGORIES[:3]),
        "Agreed: help is logged under these kinds: Lifts and errands, Meals and food and Repairs and tools.",
    ),
    (ExceptionsAgreed(thresholds=DEFAULT_THRESHOLDS), "Agreed: new thresholds for what is worth a look."),
    (MemberInvited(member=ANA), "Ana was invited."),
    (MemberWelcomed(member=ANA), "Ana was welcomed as a member."),
    (MemberLeft(member=ANA), "Ana left. Their hours stay on record."),
    (RoleGiven(member=CHIDI, role="coordinator"), "Chidi became a coordinator."),
    (RoleGiven(member=CHIDI, role="auditor"), "Chidi became an auditor."),
    (RoleWithdrawn(member=CHIDI, role="coordinator"), "Chidi is no longer a coordinator."),
    (RoleWithdrawn(member=CHIDI, role="auditor"), "Chidi is no longer an auditor."),
    (VisibilityChosen(member=ANA, sees="nobody"), "Ana chose that only the two people involved can see who they help."),
    (VisibilityChosen(member=ANA, sees="coordinators"), "Ana chose that coordinators can also see who they help."),
    (
        VisibilityChosen(member=ANA, sees="groups"),
        "Ana chose that coordinators and members of their groups can also see who they help.",
    ),
    (GroupFormed(group=CHOIR), "The group Weir Choir was started."),
    (GroupJoined(group=CHOIR, member=ANA), "Ana joined Weir Choir."),
    (GroupLeft(group=CHOIR, member=ANA), "Ana left Weir Choir."),
    (
        reported(ANA, awaiting=(BO,)),
        "Ana logged giving Bo 2 h 30 min of help on 21 November 2026 (Garden). Waiting for Bo.",
    ),
    (reported(BO), "Bo logged receiving 2 h 30 min of help from Ana on 21 November 2026 (Garden)."),
    (reported(CHIDI), "Chidi logged that Ana gave Bo 2 h 30 min of help on 21 November 2026 (Garden)."),
    (reported(HOST), "The host logged that Ana gave Bo 2 h 30 min of help on 21 November 2026 (Garden)."),
    (
        reported(ANA, HELP, BACK, awaiting=(BO,), corrects=BEFORE),
        (
            "Ana logged a skill exchange on 21 November 2026: Ana gave Bo 2 h 30 min (Garden) and Bo gave "
            "Ana 1 h (Learning and languages). It corrects the exchange logged in entry 17. Waiting for Bo."
        ),
    ),
    (ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO), "Bo agreed to the exchange logged in entry 1,204."),
    (
        ExchangeSettled(exchange=EXCHANGE, legs=(HELP,), given_on=SATURDAY),
        "The exchange logged in entry 1,204 now counts: on 21 November 2026, Ana gave Bo 2 h 30 min (Garden).",
    ),
    (
        ExchangeDeclined(exchange=EXCHANGE, declined_by=BO),
        "Bo did not agree to the exchange logged in entry 1,204. It does not count.",
    ),
    (
        ExchangeCalledOff(exchange=EXCHANGE, called_off_by=ANA),
        "Ana cancelled the exchange logged in entry 1,204. It does not count.",
    ),
    (ReversalAsked(exchange=EXCHANGE, asked_by=ANA), "Ana asked to take back the exchange logged in entry 1,204."),
    (ReversalDeclined(exchange=EXCHANGE, declined_by=BO), "Bo kept the exchange logged in entry 1,204 as it was."),
    (
        ExchangeReversed(exchange=EXCHANGE, legs=(HELP,), given_on=SATURDAY, asked_by=ANA, approved_by=BO),
        (
            "The exchange logged in entry 1,204 no longer counts: on 21 November 2026, Ana gave Bo 2 h 30 "
            "min (Garden). Ana asked to take it back, and Bo agreed."
        ),
    ),
    (gift(AccountId(BO)), "A gift: on 21 November 2026, Ana gave to Bo (Garden)."),
    (gift(AccountId(CHOIR)), "A gift: on 21 November 2026, Ana gave to Weir Choir (Garden)."),
    (gift(COMMUNITY), "A gift: on 21 November 2026, Ana gave to the whole community (Garden)."),
    (
        GiftWithdrawn(
            gift=GIFT, giver=ANA, receiver=AccountId(BO), category=GARDEN, given_on=SATURDAY, withdrawn_by=ANA
        ),
        "A gift no longer counts: on 21 November 2026, Ana gave to Bo (Garden).",
    ),
    (ThanksGiven(to=ANA, given_by=BO, may_be_shown=True, gift=GIFT), "Bo thanked Ana, and lets others read it."),
    (ThanksGiven(to=ANA, given_by=BO, may_be_shown=False, exchange=EXCHANGE), "Bo thanked Ana."),
    (
        ThanksSharingChosen(chosen_by=ANA, may_be_shown=True, exchange=EXCHANGE),
        "Ana lets others read the thanks for this.",
    ),
    (
        ThanksSharingChosen(chosen_by=ANA, may_be_shown=False, exchange=EXCHANGE),
        "Ana keeps the thanks for this private.",
    ),
    (ErasureAsked(member=ANA, asked_by=ANA), "Ana asked for everything that identifies them to be erased."),
    (ErasureWithdrawn(member=ANA, withdrawn_by=CHIDI), "The request to erase the personal data of Ana was withdrawn."),
    (
        PersonalDataErased(
            member=FORMER, fields=("contacts", "name", "words"), ground="asked", asked_by=FORMER, confirmed_by=CHIDI
        ),
        "A former member asked for it, and Chidi confirmed it. Their personal data was erased.",
    ),
    (
        PersonalDataErased(member=FORMER, fields=(), ground="no-longer-needed", asked_by=CHIDI, confirmed_by=CHIDI),
        "A former member had left, and Chidi erased their personal data.",
    ),
]


def read(text: Markup) -> str:
    return text.striptags().replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("fact", "expected"), SENTENCES, ids=lambda part: part if isinstance(part, str) else "")
def test_a_fact_is_described_in_a_plain_sentence(fact: Fact, expected: str) -> None:
    assert read(sentence(fact, CONTEXT)) == expected


def test_every_channel_has_a_name() -> None:
    assert set(CHANNELS) == {"web", "cli", "import", "api", "job"}


def test_a_name_cannot_break_the_page() -> None:
    context = CONTEXT._replace(names={ANA: "<script>Ana</script>", BO: "%(amount)s & co"})

    text = sentence(reported(ANA, awaiting=(BO,)), context)

    assert "<bdi>&lt;script&gt;Ana&lt;/script&gt;</bdi>" in text
    assert "<bdi>%(amount)s &amp; co</bdi>" in text


def test_a_member_whose_name_was_erased_is_a_former_member() -> None:
    nobody = SentenceContext(names={}, kinds={})

    assert read(sentence(GroupJoined(group=CHOIR, member=ANA), nobody)) == "A former member joined a former group."
    assert "(garden)" in read(sentence(reported(BO), nobody)), "a kind that is no longer agreed is shown by its key"
    assert "an earlier entry" in read(sentence(ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO), nobody))


def test_a_fact_lists_everything_that_its_sentence_names() -> None:
    joined = GroupJoined(group=CHOIR, member=ANA)
    correcting = reported(CHIDI, HELP, BACK, awaiting=(BO,), corrects=BEFORE)

    assert joined.people == {CHOIR, ANA}
    assert correcting.people == {ANA, BO, CHIDI}
    assert stories_in([joined]) == (set(), set())
    assert stories_in([correcting, ExchangeConfirmed(exchange=EXCHANGE, confirmed_by=BO)]) == (
        {EXCHANGE, BEFORE},
        set(),
    )
    assert stories_in([gift(AccountId(BO))]) == (set(), {GIFT})
