"""The founded community of the ledger's own tests."""

from tests.ledger.conftest import bank, founded_folder

__all__ = ["bank", "founded_folder"]
