"""Why the signer does not sign: what is wrong with the log or the folder of the seal, and what to do."""


class SealRefused(Exception):
    """Nothing is signed. `wrong` and `to_do` are a sentence each for the person who looks after the community."""

    def __init__(self, wrong: str, to_do: str) -> None:
        super().__init__(wrong, to_do)
        self.wrong = wrong
        self.to_do = to_do

    def __str__(self) -> str:
        return f"{self.wrong} {self.to_do}"
