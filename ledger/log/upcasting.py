"""Raising facts of older versions to the shape of today, one step each, on reading only.

A step is pure and total: no clock, no look-up, no I/O. The stored bytes stay as they are, and so does their hash.
"""

from collections.abc import Callable, Mapping

Upcaster = Callable[[dict[str, object]], dict[str, object]]

UPCASTERS: Mapping[tuple[str, int], Upcaster] = {}
"""(type name, version) -> the step from that version to the next. Empty: every fact is at its first version."""


def upcast(
    data: dict[str, object],
    type_name: str,
    version: int,
    wanted: int,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> dict[str, object]:
    """The data of a fact, raised step by step from its own version to the wanted one."""
    for step in range(version, wanted):
        data = upcasters[type_name, step](data)
    return data
