"""What a check came to: what was checked, what was not, and what was found; never a pass for what was left out."""

from typing import Final

SOUND: Final = 0
TAMPERED: Final = 1
FORKED: Final = 2
INCOMPLETE: Final = 3

_CALLED = {
    SOUND: "SOUND: everything that was checked fits.",
    TAMPERED: "TAMPERED: something was changed, or is not signed by whom it should be.",
    FORKED: "FORKED: this is another history than the one that was sealed before.",
    INCOMPLETE: "INCOMPLETE: something is missing, so this cannot be called sound.",
}
_MOST_SHOWN = 20
_LONGEST_LINE = 500


class Verdict:
    """Gathers findings. Its exit code is that of the gravest: tampered before forked before incomplete."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.unchecked: list[str] = []
        self.findings: list[tuple[int, str]] = []

    def find(self, code: int, words: str) -> None:
        """Something is wrong."""
        self.findings.append((code, words))

    @property
    def code(self) -> int:
        """The exit code."""
        return min((code for code, _ in self.findings), default=SOUND)

    @property
    def lines(self) -> list[str]:
        """The verdict for a person to read."""
        shown = [words for _, words in sorted(self.findings, key=lambda finding: finding[0])]
        if len(shown) > _MOST_SHOWN:
            shown[_MOST_SHOWN:] = [f"and {len(shown) - _MOST_SHOWN:,} more"]
        return [
            *_listed("Checked", "+", self.checked),
            *_listed("Not checked", "-", self.unchecked),
            *_listed("Found", "!", shown),
            _CALLED[self.code],
        ]


def _listed(title: str, sign: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {sign} {_harmless(line)}" for line in lines), ""] if lines else []


def _harmless(line: str) -> str:
    """What a file says of itself may not steer a terminal, nor fill it."""
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in line[:_LONGEST_LINE])
    return shown if len(line) <= _LONGEST_LINE else f"{shown}..."
