"""Forms as typed by people: every mistake at once, in words by its field, and nothing that was typed is lost.

A form is a msgspec Struct. `decode` reads it field by field, because a typed request body stops at the first mistake,
cannot read an empty number, a ticked box or a list with one item, and refuses digits that are not ASCII.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from email.parser import BytesParser
from email.policy import HTTP
from functools import cache
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.exceptions import ClientException
from msgspec import inspect

from ledger.identifiers import is_command_id
from ledger.refusals import Refusal
from web.wording.translation import gettext, later, ngettext, refusal_sentence

MOST_FIELDS = 500
LINE_BREAKS = "\n\t"
OVERRIDES = "\N{LEFT-TO-RIGHT OVERRIDE}\N{RIGHT-TO-LEFT OVERRIDE}"

T = TypeVar("T", bound=msgspec.Struct)

_SAID_BY_SILENCE = (inspect.BoolType, inspect.ListType, inspect.VarTupleType, inspect.SetType)
"""Kinds of fields that browsers leave out when nothing is ticked or chosen, which is an answer too."""

SENTENCES: Mapping[str, str] = {
    "required": later("Fill this in"),
    "not_a_number": later("Enter a whole number, such as 2"),
    "too_small": later("Enter %(limit)s or more"),
    "too_large": later("Enter %(limit)s or less"),
    "too_short": later("This is too short"),
    "unknown_choice": later("Choose one of the answers"),
    "not_a_day": later("Enter the date like this: 2026-11-21"),
    "unreadable": later("This contains characters that cannot be saved. Type it again without them"),
    "misread": later("This is not clear. Try writing it another way"),
}


class Fields:
    """What the browser sent, by name: each name may come several times, in order."""

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def all(self, name: str) -> list[str]:
        """Every value of a name; empty when it was not sent."""
        return self._values.get(name, [])

    def one(self, name: str) -> str:
        """The first value of a name, or nothing typed."""
        return next(iter(self.all(name)), "")


def posted_fields(request: Request[Any, Any, Any], body: bytes) -> Fields:
    """The fields of a posted form; 400 when the body is no form.

    Not by `request.form()`, whose parser keeps the last 1,024 bodies in memory, codes and notes with them.
    """
    kind = request.content_type[0]
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data", ""}:
        raise ClientException("This page expected a form.")
    if kind == "multipart/form-data":
        pairs = parts_of(request.headers["content-type"], body)
        if len(pairs) > MOST_FIELDS:
            raise ClientException("This form has too many fields.")
        return Fields(pairs)
    try:
        # Bytes that are no UTF-8 become lone surrogates, which `decode` refuses beside their field.
        text = body.decode("utf-8", errors="surrogateescape")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="surrogateescape")
    except ValueError as error:
        raise ClientException("This form has too many fields.") from error
    return Fields(pairs)


class FieldProblem(msgspec.Struct, frozen=True):
    """One thing to put right: a code, or a whole sentence in the reader's language, and the limit it speaks of."""

    code: str
    limit: int = 0


class Form(Generic[T]):
    """What was typed, what is wrong with it, and, when nothing is, the wish itself. Templates ask it field by field."""

    def __init__(
        self, values: Mapping[str, list[str]] | None = None, sentences: Mapping[str, str] | None = None
    ) -> None:
        self._values: dict[str, list[str]] = dict(values or {})
        self._fields = frozenset(self._values)
        self._sentences = sentences or {}
        self._wish: T | None = None
        self.problems: dict[str, FieldProblem] = {}
        self.command = ""
        """The id that was sent along, kept for the next try; where it is empty, the page that shows the form makes one."""

    @property
    def wish(self) -> T:
        """The decoded form. Ask `errors` first."""
        assert self._wish is not None, "a form with mistakes holds no wish"
        return self._wish

    def value(self, field: str, otherwise: object = "") -> str:
        """What was typed in the field, or what an untouched form shows there."""
        return self._values[field][0] if self._values.get(field) else str(otherwise) if not self._values else ""

    def chosen(self, field: str, value: object, otherwise: object = None) -> bool:
        """Whether this box or radio button is ticked; `otherwise` is the answer of an untouched form."""
        if not self._values:
            return otherwise is not None and str(value) == str(otherwise)
        return str(value) in self._values.get(field, ())

    @property
    def errors(self) -> dict[str, str]:
        """A sentence for each field that needs another look, in the order of the form."""
        return {field: self._sentence(field, problem) for field, problem in self.problems.items()}

    def error(self, field: str) -> str:
        """The sentence beside one field; empty when nothing is wrong with it."""
        return self._sentence(field, self.problems[field]) if field in self.problems else ""

    def refuse(self, field: str, code: str, limit: int = 0) -> None:
        """Puts a mistake beside a field: for rules that concern several fields, and for refusals of the ledger.

        `code` is one of the usual ones, or a sentence in the reader's language. The first mistake of a field stays.
        """
        self.problems.setdefault(field, FieldProblem(code, limit))

    def refuse_for(self, refusal: Refusal, otherwise: str) -> None:
        """Puts the ledger's "no" beside the field it is about, or beside another one when the form has no such field."""
        field = refusal.about if refusal.about in self._fields else otherwise
        self.problems.setdefault(field, FieldProblem(refusal_sentence(refusal)))

    def accept(self, wish: T) -> None:
        """Keeps the decoded wish."""
        self._wish = wish

    def _sentence(self, field: str, problem: FieldProblem) -> str:
        own = self._sentences.get(f"{field}.{problem.code}") or self._sentences.get(problem.code)
        if own is None and problem.code == "too_long":
            return ngettext("Use no more than %(num)s character", "Use no more than %(num)s characters", problem.limit)
        known = own or SENTENCES.get(problem.code)
        return gettext(known, limit=problem.limit) if known else problem.code


def decode(shape: type[T], fields: Fields, sentences: Mapping[str, str] | None = None) -> Form[T]:
    """The typed fields as `shape`: all mistakes at once, as codes per field; what was typed is kept for showing again.

    Spaces around are dropped, digits of any script become ASCII, a ticked box is true, an absent one false, an empty
    optional field is its default, unknown fields are ignored. `sentences` may word a mistake for one field
    (`"hours.required"`) or for all (`"required"`), marked by `later`.
    """
    known = _fields_of(shape)
    form: Form[T] = Form(
        {field.encode_name: list(map(_showable, fields.all(field.encode_name))) for field, _ in known}, sentences
    )
    sent_command = fields.one("command")
    form.command = sent_command if is_command_id(sent_command) else ""
    found: dict[str, object] = {}
    for field, kind in known:
        sent = fields.all(field.encode_name)
        if not any(sent) and not field.required and not isinstance(kind, _SAID_BY_SILENCE):
            continue  # it keeps its default, as most fields of most forms do
        typed = [value.strip().replace("\r\n", "\n") for value in sent]
        if problem := next(filter(None, map(_unkeepable, typed)), None):
            form.problems[field.encode_name] = problem
        elif isinstance(kind, (inspect.ListType, inspect.VarTupleType, inspect.SetType)):
            _take(form, found, field, kind, [value for value in typed if value])
        elif isinstance(kind, inspect.BoolType):
            found[field.name] = bool(typed) and typed[0] not in {"", "0", "false", "no", "off"}
        elif typed and typed[0]:
            _take(form, found, field, kind, typed[0])
        elif field.required:
            form.problems[field.encode_name] = FieldProblem("required")
    if not form.problems:
        form.accept(shape(**found))
    return form


@cache
def _fields_of(shape: type[msgspec.Struct]) -> list[tuple[msgspec.structs.FieldInfo, inspect.Type]]:
    """The fields of a form with their bare types; found out once, because that takes longer than reading what was typed."""
    return [(field, _bare(inspect.type_info(field.type))) for field in msgspec.structs.fields(shape)]


def _take(
    form: Form[Any],
    found: dict[str, object],
    field: msgspec.structs.FieldInfo,
    kind: inspect.Type,
    typed: str | list[str],
) -> None:
    """Reads one field, or notes what is wrong with it."""
    if isinstance(kind, (inspect.IntType, inspect.DateType)) and isinstance(typed, str):
        typed = ascii_digits(typed)
        if isinstance(kind, inspect.IntType) and not _is_whole_number(typed):
            form.problems[field.encode_name] = FieldProblem("not_a_number")
            return
    elif isinstance(typed, list) and not typed and field.required:
        form.problems[field.encode_name] = FieldProblem("required")
        return
    try:
        found[field.name] = msgspec.convert(_as_number(typed, kind), field.type, strict=False)
    except msgspec.ValidationError:
        form.problems[field.encode_name] = _problem(kind, typed)


def _problem(kind: inspect.Type, typed: str | list[str]) -> FieldProblem:
    """Why a value was refused, found from the constraints of its type rather than from the words of an exception."""
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


def _unkeepable(text: str) -> FieldProblem | None:
    """Lone surrogates cannot be stored, control characters not be read, and overrides turn the words after them round.

    Line breaks in a note are fine.
    """
    if _is_plain(text):
        return None
    plain = text.replace("\r\n", "\n")
    wrong = any(unicodedata.category(sign) in {"Cs", "Cc"} and sign not in LINE_BREAKS for sign in plain)
    return FieldProblem("unreadable") if wrong or any(sign in OVERRIDES for sign in plain) else None


def _showable(text: str) -> str:
    """What was typed, as it can be shown again: signs that no page can carry are replaced."""
    if _is_plain(text):
        return text
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(sign) == "Cs" else sign for sign in text)


def ascii_digits(text: str) -> str:
    """Decimal digits of any script as 0 to 9."""
    if _is_plain(text):
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


def _is_plain(text: str) -> bool:
    """One line of ASCII: nothing to look at sign by sign."""
    return text.isascii() and text.isprintable()


def _is_whole_number(text: str) -> bool:
    """A sign and up to nine digits; "1e3", "2.5" and "null", which msgspec would read as numbers or as nothing, are none."""
    digits = text.removeprefix("-").removeprefix("\N{MINUS SIGN}")
    return digits.isascii() and digits.isdigit() and len(digits) <= 9


def _as_number(typed: str | list[str], kind: inspect.Type) -> str | int | list[str]:
    """A number as one; anything else as typed."""
    if isinstance(kind, inspect.IntType) and isinstance(typed, str):
        return int(typed.replace("\N{MINUS SIGN}", "-"))
    return typed


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type without its notes and without "or nothing"."""
    while True:
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        elif isinstance(kind, inspect.UnionType) and kind.includes_none:
            kind = next(part for part in kind.types if not isinstance(part, inspect.NoneType))
        else:
            return kind


def parts_of(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Names and contents, in order, files as text: bytes that are no UTF-8 become lone surrogates, as in other forms.

    By the standard library's reader of mails, which fails at nothing: a body that is no such form has no parts. It must be
    short, which the app's own limit sees to.
    """
    head = f"content-type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts: list[tuple[str, str]] = []
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if name and isinstance(content, bytes):
            parts.append((str(name), content.decode("utf-8", errors="surrogateescape")))
    return parts
