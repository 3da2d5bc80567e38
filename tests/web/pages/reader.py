"""Read a page in a test: its text, its heading, and its forms, to be filled in and sent."""

import html
import re
from html.parser import HTMLParser
from typing import Any

import httpx

from tests.web.neighbourhood import Browser

WHOLE_FORM = {"form", "answer"}
"""Where refusals are shown that concern no single field."""

_SILENT = {"script", "style", "svg", "head"}


class Filled:
    """One form of a page: its values, and the addresses its buttons send them to."""

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
    """Return the form of a page that is sent to this address."""
    reading = _Reading()
    reading.feed(page.text)
    found = [form for form in reading.forms if action in form.actions]
    assert found, f"no form goes to {action}, only to {[form.actions for form in reading.forms]}"
    return found[0]


def actions_on(page: httpx.Response) -> set[str]:
    """Return the addresses that the forms and buttons of a page send to."""
    reading = _Reading()
    reading.feed(page.text)
    return {action for form in reading.forms for action in form.actions}


def mistakes_on(page: httpx.Response) -> list[str]:
    """Return the fields that the summary of mistakes links to, in order; each has its sentence beside it."""
    fields = re.findall(r'<li><a href="#([^"]+)">', page.text.partition('class="summary')[2].partition("</ul>")[0])
    for field in fields:
        beside = field.removesuffix("_name").replace("minutes", "hours")
        assert field in WHOLE_FORM or f'id="{beside}-error"' in page.text, f"{field} has no sentence beside it"
    return fields


def heading_on(page: httpx.Response) -> str:
    """Return the heading of a page, without the signs that isolate names."""
    heading = re.search(r"<h1>(.*?)</h1>", page.text, re.DOTALL)
    assert heading, "the page has no heading"
    return html.unescape(" ".join(heading[1].split())).translate({0x2068: None, 0x2069: None})


def words_on(page: httpx.Response) -> str:
    """Return the visible text, with single spaces, and without the signs that isolate names."""
    reading = _Reading()
    reading.feed(page.text)
    joined = "".join(reading.words).replace("\u2068", "").replace("\u2069", "")
    return " ".join(joined.split())


def send(browser: Browser, page: httpx.Response, action: str, /, **changes: Any) -> httpx.Response:
    """Send the form that goes to `action` with its present values and these changes."""
    return browser.post(action, data=form_on(page, action).fields | changes)
