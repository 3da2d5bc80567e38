"""Members, their status and their roles."""

from ledger.identifiers import MemberId
from ledger.members.commands import GiveRole, InviteMember, LeaveCommunity, WelcomeMember, WithdrawRole
from ledger.members.facts import MemberInvited
from tests.cast import BO, CAST, CHIDI, HOST, RUTH
from tests.projections.elm_street import ElmStreet


def test_a_member_has_roles_instants_and_commitments(street: ElmStreet) -> None:
    ruth = street.views.members.of(RUTH)

    assert ruth is not None
    assert (ruth.id, ruth.status, ruth.roles, ruth.left_at, ruth.phone) == (RUTH, "member", {"auditor"}, "", "")
    assert ruth.invited_at <= ruth.welcomed_at
    assert len(ruth.name) == len(ruth.email) == 64


def test_an_invited_person_is_waiting_to_be_welcomed(street: ElmStreet) -> None:
    lou = street.bank.do(InviteMember(name="Lou Marsh"), by=CHIDI).fact(MemberInvited).member
    street.views.catch_up()
    invited = street.views.members.invited()

    street.bank.do(WelcomeMember(member=lou), by=CHIDI)
    street.views.catch_up()

    assert [(row.id, row.status, row.welcomed_at) for row in invited] == [(lou, "invited", "")]
    assert street.views.members.invited() == []


def test_totals_change_as_people_come_and_go(street: ElmStreet) -> None:
    street.bank.do(InviteMember(name="Lou Marsh"), by=CHIDI)
    street.bank.do(LeaveCommunity(member=BO), by=BO)
    street.views.catch_up()

    bo = street.views.members.of(BO)

    assert street.views.members.totals() == (1, 3, 1)
    assert bo is not None
    assert (bo.status, bo.left_at > bo.welcomed_at) == ("left", True)


def test_members_are_found_by_their_current_role(street: ElmStreet) -> None:
    street.bank.do(GiveRole(member=RUTH, role="coordinator"), by=HOST)
    street.views.catch_up()
    both = street.views.members.with_role("coordinator")
    street.bank.do(WithdrawRole(member=CHIDI, role="coordinator"), by=HOST)
    street.views.catch_up()

    assert [row.id for row in both] == [CHIDI, RUTH]
    assert [row.id for row in street.views.members.with_role("coordinator")] == [RUTH]
    assert [row.id for row in street.views.members.with_role("auditor")] == [RUTH]


def test_unknown_people_are_left_out(street: ElmStreet) -> None:
    found = street.views.members.many([*CAST, MemberId("m-nobody")])

    assert set(found) == set(CAST)
    assert street.views.members.of(MemberId("m-nobody")) is None
    assert street.views.members.many([]) == {}


def test_totals_have_the_same_rows_however_entries_are_batched(street: ElmStreet) -> None:
    member = street.bank.do(InviteMember(name="Dana", email="dana@example.org"), by=CHIDI).fact(MemberInvited).member
    street.views.catch_up()
    street.bank.do(WelcomeMember(member=member), by=CHIDI)
    street.views.catch_up()

    assert street.views.check() == []
