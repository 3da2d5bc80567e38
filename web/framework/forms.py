"""Forms: every mistake is shown at once, beside its field, and nothing that was typed is lost.

A form is a msgspec Struct. `decode` reads it field by field, because decoding the whole body stops at the first mistake,
cannot read an empty number, a ticked box or a list with one item, and refuses digits that are not ASCII.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import inspect

from ledger.identifiers import is_command_id
from ledger.refusals import Refusal
from web.framework.fields import Fields
from web.wording.translation import N_, gettext, ngettext, refusal_sentence

LINE_BREAKS = "\n\t"
OVERRIDES = "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}"

T = TypeVar("T", bound=msgspec.Struct)

_MEANINGFUL_WHEN_ABSENT = (inspect.BoolType, inspect.ListType, inspect.VarTupleType, inspect.SetType)
"""Browsers do not send these fields when nothing is ticked or chosen, which is an answer too."""

SENTENCES: Mapping[str, str] = {
    "required": N_("Fill this in"),
    "not_a_number": N_("Enter a whole number, such as 2"),
    "too_small": N_("Enter %(limit)s or more"),
    "too_large": N_("Enter %(limit)s or less"),
    "too_short": N_("This is too short"),
    "unknown_choice": N_("Choose one of the answers"),
    "not_a_day": N_("Enter the date like this: 2026-11-21"),
    "unreadable": N_("This contains characters that cannot be saved. Type it again without them"),
    "misread": N_("This is not clear. Try writing it another way"),
}


class FieldProblem(msgspec.Struct, frozen=True):
    """A mistake: a code, or a sentence in the reader's language, and the limit that the sentence mentions."""

    code: str
    limit: int = 0


class Form(Generic[T]):
    """What was typed, the mistakes in it, and the decoded form if there are none. Templates read it field by field."""

    def __init__(
        self, values: Mapping[str, list[str]] | None = None, sentences: Mapping[str, str] | None = None
    ) -> None:
        self._values: dict[str, list[str]] = dict(values or {})
        self._sentences = sentences or {}
        self._data: T | None = None
        self.problems: dict[str, FieldProblem] = {}
        self.command = ""
        """The command id that was sent, for the next try; if it is empty, the page that shows the form makes one."""

    @property
    def data(self) -> T:
        """The decoded form. Only when there are no `problems`."""
        assert self._data is not None, "a form with mistakes has no values"
        return self._data

    def value(self, field: str, initial: object = "") -> str:
        """Return what was typed in the field; in a new form, the initial value."""
        return self._values[field][0] if self._values.get(field) else str(initial) if not self._values else ""

    def chosen(self, field: str, value: object, initial: object = None) -> bool:
        """Whether this box or radio button is ticked; in a new form, whether it is the initial value."""
        if not self._values:
            return initial is not None and str(value) == str(initial)
        return str(value) in self._values.get(field, ())

    @property
    def errors(self) -> dict[str, str]:
        """The sentence of each field with a mistake, in the order of the form."""
        return {field: self._sentence(field, problem) for field, problem in self.problems.items()}

    def error(self, field: str) -> str:
        """Return the sentence beside a field; empty if there is no mistake."""
        return self._sentence(field, self.problems[field]) if field in self.problems else ""

    def refuse(self, field: str, code: str, limit: int = 0) -> None:
        """Add a mistake to a field that has none: a code, or a sentence in the reader's language."""
        self.problems.setdefault(field, FieldProblem(code, limit))

    def refuse_for(self, refusal: Refusal, beside: str) -> None:
        """Add a refusal to the field it is about, or to another one if the form has no such field."""
        self.refuse(refusal.about if refusal.about in self._values else beside, refusal_sentence(refusal))

    def accept(self, data: T) -> None:
        """Set the decoded form."""
        self._data = data

    def _sentence(self, field: str, problem: FieldProblem) -> str:
        own = self._sentences.get(f"{field}.{problem.code}") or self._sentences.get(problem.code)
        if own is None and problem.code == "too_long":
            return ngettext("Use no more than %(num)s character", "Use no more than %(num)s characters", problem.limit)
        known = own or SENTENCES.get(problem.code)
        return gettext(known, limit=problem.limit) if known else problem.code


def decode(shape: type[T], fields: Fields, sentences: Mapping[str, str] | None = None) -> Form[T]:
    """Decode fields as `shape`, and keep what was typed to show it again.

    Surrounding spaces are dropped, digits of any script become ASCII, a ticked box is true and an absent one false, an
    empty optional field has its default, and unknown fields are ignored. `sentences` can replace the sentence of a mistake
    in one field (`"hours.required"`) or in all (`"required"`).
    """
    known = _fields_of(shape)
    form: Form[T] = Form(
        {field.encode_name: list(map(_showable, fields.typed(field.encode_name))) for field, _ in known}, sentences
    )
    sent_command = fields.one("command")
    form.command = sent_command if is_command_id(sent_command) else ""
    values: dict[str, object] = {}
    for field, kind in known:
        sent = fields.typed(field.encode_name)
        if not any(sent) and not field.required and not isinstance(kind, _MEANINGFUL_WHEN_ABSENT):
            continue  # use the default, as most fields of most forms do
        typed = [value.strip().replace("\r\n", "\n") for value in sent]
        if problem := next(filter(None, map(_unreadable, typed)), None):
            form.problems[field.encode_name] = problem
        elif isinstance(kind, (inspect.ListType, inspect.VarTupleType, inspect.SetType)):
            _decode_field(form, values, field, kind, [value for value in typed if value])
        elif isinstance(kind, inspect.BoolType):
            values[field.name] = bool(typed) and typed[0] not in {"", "0", "false", "no", "off"}
        elif typed and typed[0]:
            _decode_field(form, values, field, kind, typed[0])
        elif field.required:
            form.problems[field.encode_name] = FieldProblem("required")
    if not form.problems:
        form.accept(shape(**values))
    return form


@cache
def _fields_of(shape: type[msgspec.Struct]) -> list[tuple[msgspec.structs.FieldInfo, inspect.Type]]:
    """Return the fields of a form with their bare types. Cached, because this takes longer than decoding them."""
    return [(field, _bare(inspect.type_info(field.type))) for field in msgspec.structs.fields(shape)]


def _decode_field(
    form: Form[Any],
    values: dict[str, object],
    field: msgspec.structs.FieldInfo,
    kind: inspect.Type,
    typed: str | list[str],
) -> None:
    """Decode one field, or add its mistake."""
    if isinstance(kind, (inspect.IntType, inspect.DateType)) and isinstance(typed, str):
        typed = ascii_digits(typed)
        if isinstance(kind, inspect.IntType) and not _is_whole_number(typed):
            form.problems[field.encode_name] = FieldProblem("not_a_number")
            return
    elif isinstance(typed, list) and not typed and field.required:
        form.problems[field.encode_name] = FieldProblem("required")
        return
    try:
        values[field.name] = msgspec.convert(_as_number(typed, kind), field.type, strict=False)
    except msgspec.ValidationError:
        form.problems[field.encode_name] = _problem(kind, typed)


def _problem(kind: inspect.Type, typed: str | list[str]) -> FieldProblem:
    """Return why a value was refused, from the constraints of its type rather than from the message of an exception."""
    match kind:
        case inspect.IntType(ge=least, le=most):
            if least is not None and int(str(_as_number(typed, kind))) < least:
                return FieldProblem("too_small", least)
            return FieldProblem("too_large", most or 0)
        case inspect.StrType(max_length=longest) if longest is not None and len(typed) > longest:
            return FieldProblem("too_long", longest)
        case inspect.StrType(min_length=shortest) if shortest is not None and len(typed) < shortest:
            return FieldProblem("too_short", shortest)
        case inspect.LiteralType() | inspect.EnumType() | inspect.ListType():
            return FieldProblem("unknown_choice")
        case inspect.DateType():
            return FieldProblem("not_a_day")
        case _:
            return FieldProblem("misread")


def _unreadable(text: str) -> FieldProblem | None:
    """Refuse lone surrogates, control characters other than line breaks and tabs, and direction overrides."""
    if _is_plain(text):
        return None
    wrong = any(
        sign in OVERRIDES or (unicodedata.category(sign) in {"Cs", "Cc"} and sign not in LINE_BREAKS) for sign in text
    )
    return FieldProblem("unreadable") if wrong else None


def _showable(text: str) -> str:
    """Replace the characters in typed text that no page can contain."""
    if _is_plain(text):
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign) == "Cs" else sign for sign in text)


def ascii_digits(text: str) -> str:
    """Replace decimal digits of any script by 0 to 9."""
    if _is_plain(text):
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _is_plain(text: str) -> bool:
    """Whether this is one line of ASCII, which needs no check of each character."""
    return text.isascii() and text.isprintable()


def _is_whole_number(text: str) -> bool:
    """Whether this is up to nine digits with an optional minus; msgspec would also accept "1e3", "2.5" and "null"."""
    digits = text.removeprefix("-").removeprefix("\N{MINUS SIGN}")
    return digits.isascii() and digits.isdigit() and len(digits) <= 9


def _as_number(typed: str | list[str], kind: inspect.Type) -> str | int | list[str]:
    """Return the number for a number field, or else what was typed."""
    if isinstance(kind, inspect.IntType) and isinstance(typed, str):
        return int(typed.replace("\N{MINUS SIGN}", "-"))
    return typed


def _bare(kind: inspect.Type) -> inspect.Type:
    """Return the type without metadata and without None."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType) and kind.includes_none:
            kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
        else:
            return kind
