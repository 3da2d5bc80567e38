"""What every fact has in common: it is frozen, whole in itself, and reads back exactly as written."""

import msgspec


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something that happened, in the past tense.

    Facts hold identifiers, whole minutes, days and coarse categories; never a name, contact, address or free
    text: those lie outside the log, and the entry seals only a commitment to them.
    """
