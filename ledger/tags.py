"""The tags that facts are found by, and that decisions depend on. They are stored with every entry, so they never change."""

AGREEMENTS = "agreements"
COORDINATORS = "coordinators"
ERASURES = "erasures"
"""All erasures, so that they can be repeated in restored personal data."""


def member(identifier: str) -> str:
    """The tag of a member: invitation, welcome, roles, visibility, leaving and erasure."""
    return f"member:{identifier}"


def group(identifier: str) -> str:
    """The tag of a group itself. Each membership has a tag of its own, so that reading a group stays quick."""
    return f"group:{identifier}"


def membership(group_id: str, member_id: str) -> str:
    """The tag of one member's membership in one group."""
    return f"belonging:{group_id}:{member_id}"


def account(identifier: str) -> str:
    """The tag of an account: only what moves its minutes."""
    return f"account:{identifier}"


def exchange(identifier: str) -> str:
    """The tag of an exchange, from report to reversal."""
    return f"exchange:{identifier}"


def gift(identifier: str) -> str:
    """The tag of a gift."""
    return f"gift:{identifier}"


def command(identifier: str) -> str:
    """The tag of a command, by which a repeat is recognised."""
    return f"command:{identifier}"
