"""Why nothing was written or put back: what is wrong, and what to do."""


class BackupRefused(Exception):
    """Everything is as it was. `wrong` and `to_do` are a sentence each for the person who looks after the community."""

    def __init__(self, wrong: str, to_do: str) -> None:
        super().__init__(wrong, to_do)
        self.wrong = wrong
        self.to_do = to_do

    def __str__(self) -> str:
        return f"{self.wrong} {self.to_do}"
