"""The tags under which facts are found again, and on which decisions rest."""

AGREEMENTS = "agreements"
COORDINATORS = "coordinators"
ERASURES = "erasures"
"""All erasures: what an older copy of the people store must forget once more."""


def member(identifier: str) -> str:
    """The tag of a member: invitation, welcome, roles, who sees whom they help, leaving, being forgotten."""
    return f"member:{identifier}"


def group(identifier: str) -> str:
    """The tag of a group itself. Who belongs to it is asked person by person, so that it stays flat."""
    return f"group:{identifier}"


def belonging(group_id: str, member_id: str) -> str:
    """The tag of one person's belonging to one group."""
    return f"belonging:{group_id}:{member_id}"


def account(identifier: str) -> str:
    """The tag of an account: what moved its minutes, and nothing else."""
    return f"account:{identifier}"


def exchange(identifier: str) -> str:
    """The tag of an exchange, from report to reversal."""
    return f"exchange:{identifier}"


def gift(identifier: str) -> str:
    """The tag of a gift."""
    return f"gift:{identifier}"


def command(identifier: str) -> str:
    """The tag of a command: how a repeated wish is recognised."""
    return f"command:{identifier}"
