"""Templates say what they say in one language, and everything that is filled in is escaped."""

from datetime import date

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup, escape

from web.compiling import environment_for, shown
from web.words import speech


@pytest.mark.parametrize(
    "value", ["", "Ana", "a < b & c > d", "\"double\" and 'single'", "&amp;", 7, -3, date(2026, 11, 21)]
)
def test_a_value_is_escaped_as_everywhere(value: object) -> None:
    assert shown(value) == escape(value)


def test_markup_stays_as_it_is() -> None:
    assert shown(Markup("<b>2 h</b>")) == "<b>2 h</b>"


def test_a_sentence_stands_on_the_page_with_its_values_escaped() -> None:
    template = environment_for(speech(), {}).from_string(
        "{% trans name=name %}Signed in as <bdi>{{ name }}</bdi>, at 100 %.{% endtrans %} {{ _('By %(who)s', who=name) }}"
    )

    assert template.render(name="<Bo>") == "Signed in as <bdi>&lt;Bo&gt;</bdi>, at 100 %. By &lt;Bo&gt;"


def test_a_name_that_nobody_gave_is_a_fault() -> None:
    template = environment_for(speech(), {}).from_string("{{ nobody }}")

    with pytest.raises(UndefinedError):
        template.render()
