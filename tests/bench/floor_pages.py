"""What the floor app answers: the statement and the balances as the app shows them, sign for sign, by plain Jinja in English."""

from datetime import date
from typing import Any

from jinja2 import DictLoader, Environment, Template

FRAME = """<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{ title }} – Bench</title>
<link rel="stylesheet" href="/static/hours.7f17fbe843b9.css">
<link rel="icon" href="/static/favicon.1f6bcd716cf8.svg" type="image/svg+xml">
</head>
<body>
<a class="unseen link" href="#main">Skip to main content</a>
<header class="masthead">
<a class="name" href="/"><svg class="mark" viewBox="0 0 34 34" width="34" height="34" aria-hidden="true">\
<path d="M7.7 8.4 6.9 25M14.1 2.8 14.5 25M21.3 5.6 20.6 25M27 10 27.7 25"/>\
<path class="ground" d="M2 31C9 29.5 13 29.7 18 30.9 23 32.2 27 31.9 32 30.5"/></svg><bdi>Bench</bdi></a>
<p class="small">Time bank · {{ today }}</p>
<nav aria-label="Main"><ul>
{% for name, address in main %}<li><a href="{{ address }}">{{ name }}</a></li>
{% endfor %}</ul></nav>
</header>
<main id="main">
<h1>{{ title }}</h1>
{% block main %}{% endblock %}
</main>
<footer>
<p><b>Need a hand?</b> Ask a coordinator. They can log hours for you and help you sign in.</p>
<nav aria-label="More"><ul>
{% for name, address in more %}<li><a href="{{ address }}">{{ name }}</a></li>
{% endfor %}</ul></nav>
<form class="leave" method="post" action="/sign-out"><p class="small">You are signed in as <bdi>{{ visitor }}</bdi>. \
<button class="link">Sign out</button></p></form>
<p class="small">This page includes everything recorded up to entry {{ as_of }}.</p>
</footer>
</body>
</html>"""

STATEMENT = """{% extends "frame" %}{% block main %}
<p class="printed">Statement for <bdi>{{ name }}</bdi>, member of the <bdi>Bench</bdi> time bank. Taken from the journal up to entry \
{{ as_of }}, on {{ today }}. On that day: given <span class="h">{{ length(given) }}</span>, received \
<span class="h">{{ length(received) }}</span>.</p>
<dl class="facing">
<div><dt>Given</dt><dd><span class="big"><span><b>{{ given // 60 }}</b> h</span></span></dd></div>
<div><dt>Received</dt><dd><span class="big"><span><b>{{ received // 60 }}</b> h</span></span></dd></div>
</dl>
<p class="small">Every change to the hours, in the order it was recorded, with the totals after each one. You can print this page as a statement.</p>
<table class="book">
<caption class="unseen">Changes, newest first</caption>
<thead><tr><th scope="col">Recorded</th><th scope="col">What happened</th><th scope="col" class="num">Given</th>\
<th scope="col" class="num">Received</th><th scope="col" class="num">Given so far</th>\
<th scope="col" class="num">Received so far</th></tr></thead>
<tbody>
{% for number, day, other, kind, given, received, given_so_far, received_so_far in lines %}
<tr><th scope="row"><time datetime="{{ day }}">{{ short(day) }}</time></th><td>
{{ "Gave to" if given else "Received from" }} <bdi>{{ other }}</bdi>: <a href="/exchanges/x-{{ number }}">{{ kind }}</a>
<br><span class="small">entry {{ number }}</span></td><td class="num" data-label="Given">\
{% if given %}<span class="h">{{ length(given) }}</span>{% endif %}</td><td class="num" data-label="Received">\
{% if received %}<span class="h">{{ length(received) }}</span>{% endif %}</td>\
<td class="num sofar{% if not given %} same{% endif %}" data-label="Given so far"><span class="h">{{ length(given_so_far) }}</span></td>\
<td class="num sofar{% if not received %} same{% endif %}" data-label="Received so far"><span class="h">{{ length(received_so_far) }}</span>\
</td></tr>
{% endfor %}
</tbody>
</table>
<p class="acts"><a class="button plain" href="/statement?cursor={{ older }}" rel="next">Older</a></p>
{% endblock %}"""

BALANCES = """{% extends "frame" %}{% block main %}
<p>As of entry {{ as_of }}, <span class="h">{{ length(given) }}</span> were given and <span class="h">{{ length(received) }}</span> \
received, on {{ accounts }} accounts. The two match, as they should: every hour given was received by someone.</p>
<table class="book" aria-label="Balances"><thead><tr><th scope="col">Account</th><th scope="col" class="num">Given</th>\
<th scope="col" class="num">Received</th><th scope="col" class="num">Exchanges</th><th scope="col" class="num">Gifts given</th>\
<th scope="col" class="num">Gifts received</th></tr></thead>
<tbody>
{% for id, name, given, received, exchanges, gifts_given, gifts_received in lines %}
<tr><td><a href="/statements/m-{{ id }}"><bdi>{{ name }}</bdi></a></td> <td class="num" data-label="Given"><span class="h">\
{{ length(given) }}</span></td> <td class="num" data-label="Received"><span class="h">{{ length(received) }}</span></td> \
<td class="num" data-label="Exchanges">{{ exchanges }}</td> <td class="num" data-label="Gifts given">{{ gifts_given }}</td> \
<td class="num" data-label="Gifts received">{{ gifts_received }}</td></tr>
{% endfor %}
</tbody></table>
<p class="acts"><a class="button plain" href="/balances?after={{ older }}" rel="next">More accounts</a></p>
{% endblock %}"""

MAIN = (("Home", "/"), ("Log", "/exchanges/new"), ("My history", "/exchanges"), ("Community", "/community"))
MORE = tuple(
    (name, f"/{name.lower().replace(' ', '-')}")
    for name in ("My story", "Members", "Groups", "Journal", "Balances", "Coordinator", "Agreements", "My devices")
)


def length(minutes: int) -> str:
    """Minutes as pages say them."""
    hours, rest = divmod(minutes, 60)
    return f"{hours:,} h {rest} min" if hours and rest else f"{hours:,} h" if hours else f"{rest} min"


def short(day: str) -> str:
    """A day for the margin."""
    return date.fromisoformat(day).strftime("%a %d")


_templates: Any = Environment(
    autoescape=True, loader=DictLoader({"frame": FRAME, "statement": STATEMENT, "balances": BALANCES})
)
_templates.globals |= {
    "length": length,
    "short": short,
    "main": MAIN,
    "more": MORE,
    "today": "Saturday 21 November 2026",
    "as_of": 1,
}
statement: Template = _templates.get_template("statement")
balances: Template = _templates.get_template("balances")
