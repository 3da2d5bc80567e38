"""What the chapters of the journal are called, and what each holds: for auditors, in plain words."""

from collections.abc import Mapping

from projections.chapters import Chapter
from web.words import later

CHAPTERS: Mapping[Chapter, tuple[str, str]] = {
    "corrections": (
        later("Corrections"),
        later("What was taken back or put right. Each names the entry it concerns, who asked, and who agreed."),
    ),
    "late": (
        later("Recorded late"),
        later("Recorded long after the day it happened. What counts as late is agreed upon; imports are left out."),
    ),
    "after-closing": (
        later("Recorded after the month was closed"),
        later("A month closes seven days after its last day. What came later is not in the month’s first report."),
    ),
    "on-behalf": (
        later("Recorded for somebody else"),
        later("Somebody spoke for a member, or logged help between two others: from a slip, or on the phone."),
    ),
    "roles": (later("Roles"), later("Who was entrusted with coordinating or auditing, and who is no longer.")),
    "agreements": (
        later("Agreements"),
        later("What was agreed upon: limits, whose word settles, kinds of help, what is worth a look."),
    ),
    "visibility": (later("Who sees whom"), later("Members chose who may see whom they help.")),
    "imports": (later("Imports"), later("What was brought in from other records.")),
    "erasures": (
        later("Erasures"),
        later("Members whose personal data was to be erased, and was. The hours stay, for others’ sake."),
    ),
}
"""Chapter -> its name, and a sentence about it; in the order in which they are shown."""
