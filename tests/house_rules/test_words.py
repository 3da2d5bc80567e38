"""The words of a time bank, not of a shop, and no paths of a developer's machine."""

import re

from tests.house_rules.tree import files, modules, name, text

# A time bank has members who give and receive; nobody pays, owes or buys.
WORDS_OF_A_SHOP = re.compile(
    r"(?<![a-z])(pays?|payers?|paid|payments?|prices?|debts?|debtors?|buyers?|sellers?|users?|admins?|transactions?)(?![a-z])",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:root|home|work|Users)/\w|(?<![\w.-])/opt/(?:pypi|wheels)|[A-Z]:\\\\Users")
CATALOGUES = "web/translations/"
INDEX_ADDRESSES = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|registry\.yarnpkg|proxy\.golang|(?<!emit-)(?:index-url|find-links)\s",
    re.IGNORECASE,
)


def matches(pattern: re.Pattern[str], *, where: list[str]) -> list[str]:
    """Every match of a pattern, as file:line: match."""
    return [
        f"{name(path)}:{number}: {found.group()}"
        for path in files()
        if name(path).startswith(tuple(where))
        for number, line in enumerate(text(path).splitlines(), start=1)
        for found in pattern.finditer(line)
    ]


def test_the_ledger_and_the_pages_use_the_words_of_a_time_bank() -> None:
    nouns = [name(path.parent) for path in modules("ledger") if path.name == "facts.py"]
    templates = [name(path) for path in files() if path.suffix == ".html"]

    assert matches(WORDS_OF_A_SHOP, where=[*nouns, "ledger/refusals.py", *templates, CATALOGUES]) == []


def test_no_file_contains_a_path_on_a_developers_machine() -> None:
    assert matches(MACHINE_PATHS, where=[""]) == []


def test_no_file_contains_a_package_index() -> None:
    assert matches(INDEX_ADDRESSES, where=[""]) == []


def test_these_rules_would_notice() -> None:
    assert any(name(path).startswith(CATALOGUES) for path in files())
    assert WORDS_OF_A_SHOP.search("the payer owes") and WORDS_OF_A_SHOP.search("exchange_user")
    assert not WORDS_OF_A_SHOP.search("a debit limit, spaying, superusers")
    assert MACHINE_PATHS.search("see /" + "home/ana/hours") and not MACHINE_PATHS.search("web/home/page.html")
    assert INDEX_ADDRESSES.search("--index-" + "url https://example.org") and len(modules("ledger")) > 1
