"""What the kinds of facts are called, and the doors through which they came in: for filters and margins."""

from collections.abc import Mapping

from web.words import later

KINDS_OF_FACT: Mapping[str, str] = {
    "community-founded": later("Community founded"),
    "limits-agreed": later("Limits agreed"),
    "confirmation-agreed": later("Whose word settles agreed"),
    "categories-agreed": later("Kinds of help agreed"),
    "exceptions-agreed": later("What is worth a look agreed"),
    "member-invited": later("Member invited"),
    "member-welcomed": later("Member welcomed"),
    "member-left": later("Member left"),
    "role-given": later("Role given"),
    "role-withdrawn": later("Role withdrawn"),
    "visibility-chosen": later("Visibility chosen"),
    "group-formed": later("Group formed"),
    "group-joined": later("Group joined"),
    "group-left": later("Group left"),
    "exchange-reported": later("Exchange reported"),
    "exchange-confirmed": later("Exchange confirmed"),
    "exchange-settled": later("Exchange settled"),
    "exchange-declined": later("Exchange declined"),
    "exchange-called-off": later("Exchange called off"),
    "reversal-asked": later("Reversal asked"),
    "reversal-declined": later("Reversal declined"),
    "exchange-reversed": later("Exchange reversed"),
    "gift-recorded": later("Gift recorded"),
    "gift-withdrawn": later("Gift withdrawn"),
    "erasure-asked": later("Erasure asked for"),
    "erasure-withdrawn": later("Erasure no longer wanted"),
    "personal-data-erased": later("Personal data erased"),
}
"""Stored type name -> what the filter of the journal calls it."""

DOORS: Mapping[str, str] = {
    "web": later("on these pages"),
    "cli": later("at the host’s command line"),
    "import": later("by an import"),
    "api": later("by another program"),
    "job": later("by the house itself"),
}
"""The door through which a fact came in, as an entry names it."""
