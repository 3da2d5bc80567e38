"""Where in the log the entry lies that tells of an exchange or a gift."""

from ledger.log.store import Log

TOLD_FIRST = ("exchange-settled", "gift-recorded")


def telling_position(log: Log, what: str) -> int | None:
    """The position of the entry that settled an exchange or recorded a gift, else of the newest about it; None when there is none."""
    tag = f"exchange:{what}" if what.startswith("x-") else f"gift:{what}"
    about, _ = log.read({tag: 0})
    settling = [stored for stored in about if stored.type in TOLD_FIRST]
    return (settling or about)[-1].position if about else None
