"""Writes the words of all pages to `messages.pot`."""

from web.translations import TEMPLATE, template

if __name__ == "__main__":
    TEMPLATE.write_bytes(template())
