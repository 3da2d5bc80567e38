"""Templates are translated once for each language, and every value in them is escaped."""

import pytest
from jinja2 import UndefinedError

from web.framework.rendering import environment_for
from web.wording.translation import current_locale


def test_values_in_a_sentence_are_escaped() -> None:
    template = environment_for(current_locale(), {}).from_string(
        "{% trans name=name %}Signed in as <bdi>{{ name }}</bdi>, at 100 %.{% endtrans %} {{ _('By %(who)s', who=name) }}"
    )

    assert template.render(name="<Bo>") == "Signed in as <bdi>&lt;Bo&gt;</bdi>, at 100 %. By &lt;Bo&gt;"


def test_an_undefined_name_raises_an_error() -> None:
    template = environment_for(current_locale(), {}).from_string("{{ nobody }}")

    with pytest.raises(UndefinedError):
        template.render()


@pytest.mark.parametrize(("number", "sentence"), [(1, "&lt;Bo&gt; helped 1 person"), (3, "&lt;Bo&gt; helped 3 people")])
def test_values_in_a_message_chosen_while_rendering_are_escaped(number: int, sentence: str) -> None:
    template = environment_for(current_locale(), {}).from_string(
        "{% trans num=number, name=name %}{{ name }} helped {{ num }} person{% pluralize %}"
        "{{ name }} helped {{ num }} people{% endtrans %}, {{ _(message, who=name) }}"
    )

    assert template.render(number=number, name="<Bo>", message="by %(who)s") == f"{sentence}, by &lt;Bo&gt;"
