"""A page as its reader meets it: the words on it, and its forms, to be filled in and sent."""

from html.parser import HTMLParser
from typing import Any

import httpx

from tests.web.neighbourhood import Browser

_SILENT = {"script", "style", "svg", "head"}


class Filled:
    """One form of a page with what stands in it, and where its buttons send it."""

    def __init__(self, action: str) -> None:
        self.actions = [action]
        self.fields: dict[str, str] = {}


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Filled] = []
        self.words: list[str] = []
        self._form: Filled | None = None
        self._area = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._silent += tag in _SILENT
        if tag == "form":
            self._form = Filled(found.get("action", ""))
            self.forms.append(self._form)
        elif tag == "button" and self._form and "formaction" in found:
            self._form.actions.append(found["formaction"])
        elif tag == "textarea":
            self._area = found["name"]
            self._fields[self._area] = ""
        elif tag == "input" and found.get("name"):
            is_choice = found.get("type") in {"radio", "checkbox"}
            if not is_choice or "checked" in found:
                self._fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._fields[self._area] += data.removeprefix("\n")
        elif not self._silent:
            self.words.append(data)

    @property
    def _fields(self) -> dict[str, str]:
        return self._form.fields if self._form else {}


def form_on(page: httpx.Response, action: str) -> Filled:
    """The form of a page that is sent to this address."""
    reading = _Reading()
    reading.feed(page.text)
    found = [form for form in reading.forms if action in form.actions]
    assert found, f"no form goes to {action}, only to {[form.actions for form in reading.forms]}"
    return found[0]


def words_on(page: httpx.Response) -> str:
    """What a reader reads, with plain single spaces, and without the signs that hold names apart."""
    reading = _Reading()
    reading.feed(page.text)
    joined = "".join(reading.words).replace("\u2068", "").replace("\u2069", "")
    return " ".join(joined.split())


def send(browser: Browser, page: httpx.Response, action: str, /, **changes: Any) -> httpx.Response:
    """Fills in the form that goes to `action`, as it stands but for the changes, and sends it."""
    return browser.post(action, data=form_on(page, action).fields | changes)
