"""The fingerprint of every command, as release 0.1 computed it: a repeat of a request from then must still be recognised."""

from datetime import date

import pytest

from ledger.agreements.commands import (
    AgreeOnCategories,
    AgreeOnConfirmation,
    AgreeOnLimits,
    AgreeOnThresholds,
    FoundCommunity,
)
from ledger.agreements.facts import Category
from ledger.agreements.rules import DEFAULT_THRESHOLDS
from ledger.deciding.requests import Caller, Command, Request
from ledger.erasure.commands import AskForErasure, EraseMember, WithdrawErasure
from ledger.exchanges.commands import (
    ApproveReversal,
    AskForReversal,
    CallOffExchange,
    ConfirmExchange,
    DeclineExchange,
    DeclineReversal,
    ReportExchange,
    ReverseExchange,
    help_given,
)
from ledger.gifts.commands import RecordGift, WithdrawGift
from ledger.groups.commands import FormGroup, JoinGroup, LeaveGroup
from ledger.identifiers import AccountId, CategoryKey, CommandId, ExchangeId, GiftId, GroupId, MemberId
from ledger.members.commands import (
    ChooseVisibility,
    GiveRole,
    InviteMember,
    LeaveCommunity,
    WelcomeMember,
    WithdrawRole,
)

DAY = date(2026, 3, 14)
ANA, BO, SOMEONE = MemberId("m-ana"), MemberId("m-bo"), MemberId("m-1")
EXCHANGE, GROUP = ExchangeId("x-1"), GroupId("g-1")
LEGS = (help_given(ANA, BO, 60, "garden"),)

RECORDED: list[tuple[Command, str, str]] = [
    # command, its fingerprint when Ana asks, and when she asks on behalf of Bo
    (
        ReportExchange(LEGS, DAY, "n", ExchangeId("x-9")),
        "552a6c1f2652ef4b69a4a66b2f21a346",
        "042d8f067b7ba729aaaf6d178a2bdbc5",
    ),
    (ConfirmExchange(EXCHANGE), "1ed4d957dde63915fb54a5e4c41c2d1e", "398fc4c5e401c08f6b308efd77451b53"),
    (DeclineExchange(EXCHANGE, "r"), "b49108e4d18f90a387ebacbeb2ac52d2", "ef6addf14343cee602224afe845925b9"),
    (CallOffExchange(EXCHANGE), "976cdccde70f6df0f14e3eadd141b18f", "8bb51119ff66166977d7a04abf73c76a"),
    (AskForReversal(EXCHANGE, "r"), "e45949cce67b9309cce0ec96c6ab973c", "8d5cfc7822b8edc1fbd828e7e430a522"),
    (ApproveReversal(EXCHANGE), "eb03cec1a5a24a59a2284683c9f29b41", "8063a90195c781d01ee798b778e7bfc4"),
    (DeclineReversal(EXCHANGE, "q"), "bb557ce51c9143e974de834b8f5ba51a", "64f7fbdc297ba83fa85cc49be0792be2"),
    (ReverseExchange(EXCHANGE, BO, "r"), "f721e87ffd6afc70d96adbceca1781dc", "5203889f436c5dc1ff101608e204a1d7"),
    (
        RecordGift(ANA, AccountId(BO), CategoryKey("food"), DAY, "n"),
        "f07361d765846f2b3795e465bafe7aeb",
        "ba27dd6c2522737c615da4e0a047fbbd",
    ),
    (WithdrawGift(GiftId("f-1"), "r"), "facfe0f3676f69dcc24f6750e4c93adb", "3f7f86225b113a97f2d80a32e6223c18"),
    (InviteMember("N", "e@x", "1"), "f026385ab8d0cd48ce868ed87ec9735e", "e6025995bc0cb56d2276320d98f43ddb"),
    (WelcomeMember(SOMEONE), "446f771914b065d6466affd96f37b9f8", "8a58c45b36367ef408b3c1c527d5aacb"),
    (LeaveCommunity(SOMEONE), "f4e113eb40d4d4e8ac44ef46ec3452ae", "7be2d87a42556959c957a98a21527bb8"),
    (GiveRole(SOMEONE, "auditor"), "d27aaffba93bbc862f4c2f60e08c3bbf", "08e21465b0dfb2583360b2fbee66de4d"),
    (WithdrawRole(SOMEONE, "auditor"), "a86ae1e7f00dbd153034b67f65e7d642", "49435d70867385ca76150b7c1f6e3496"),
    (ChooseVisibility(SOMEONE, "groups"), "d6dc5b3968c8928d050f2ec261e57760", "3d2056c3a42a083951bc451d07d80513"),
    (FormGroup("N"), "141c7cf6f4517732f2f1b339fc07e1d1", "1f421024a396fe2426de86ee69f8cf4f"),
    (JoinGroup(GROUP, SOMEONE), "12bf9a24ca3cd5ce553d532b9a6fb2b0", "c236509d800c0bb212089f6897b536a1"),
    (LeaveGroup(GROUP, SOMEONE), "0dec453d79a531ed42ba3c3072c8248a", "c394370f285f99771a83d682e02d22c3"),
    (AgreeOnLimits(-60, None), "032ee21c8070d39a46364d8d10737793", "eb23782d85c0e6ecc4f15fa0089b72ba"),
    (AgreeOnConfirmation("both"), "75ebff0a44489f2825f418cd2a84ffa6", "2b8e2af79d4f6f30e4112cf00018d1e9"),
    (
        AgreeOnCategories((Category(key=CategoryKey("bees"), label="Bees"),)),
        "cccb15ae004612a4105c2a37661562a5",
        "dacd453ed1b5c753cca5115bd68aa5f3",
    ),
    (AgreeOnThresholds(DEFAULT_THRESHOLDS), "899a623d86423d93e4892c8b6da56f7b", "e9bfb988c2ba268404091f1695852764"),
    (AskForErasure(SOMEONE), "957aacb29d964cbc451b3f9405f24d44", "74959c9f372f527af798241a93e62405"),
    (WithdrawErasure(SOMEONE), "82a26611f2447325c0629b210d7a08e5", "87c1532a4c93cae6aa12d683b65502e5"),
    (EraseMember(SOMEONE), "01d3f16ae2d2c1f0eb36b0a0a77c0a23", "75eb1639e675a214d16b65032758fdf1"),
    (
        FoundCommunity("R", "UTC", coordinator="C", email="e@x"),
        "3444872c5579390d5b6586ae557fad23",
        "8123037ba900c4701705b98d59d19f02",
    ),
]


@pytest.mark.parametrize(("command", "alone", "on_behalf"), RECORDED, ids=[type(one[0]).__name__ for one in RECORDED])
def test_a_request_has_the_fingerprint_that_it_had_in_0_1(command: Command, alone: str, on_behalf: str) -> None:
    assert fingerprint(command, None) == alone
    assert fingerprint(command, BO) == on_behalf


def fingerprint(command: Command, on_behalf: MemberId | None) -> str:
    return Request(command, Caller(CommandId("command-1"), ANA, on_behalf=on_behalf), lambda: "new").fingerprint
