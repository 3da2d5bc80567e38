"""What each figure counts, read from the struct that holds it: said in one place, shown wherever the figure is."""

from typing import Any, get_args, get_type_hints

import msgspec
from msgspec import Meta


def described(figures: type[msgspec.Struct]) -> dict[str, str]:
    """The description of each field, by its name, in the order in which they are listed; every field has one."""
    hints = get_type_hints(figures, include_extras=True)
    return {name: _description(hints[name]) for name in figures.__struct_fields__}


def _description(hint: Any) -> str:
    (meant,) = (extra.description for extra in get_args(hint)[1:] if isinstance(extra, Meta))
    assert meant, "each figure says what it counts"
    return meant
