"""The private half of a key, in a file that only its owner may read (PKCS 8, PEM)."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ledger.seal.durable import write_durably
from ledger.seal.refused import SealRefused

KEY = "key.pem"


def make_key(path: Path) -> Ed25519PrivateKey:
    """A new key, written durably."""
    private = Ed25519PrivateKey.generate()
    write_durably(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=0o600)
    return private


def read_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file. Raises SealRefused when it is gone or of another kind: a key is never made anew in silence."""
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise SealRefused(
            f"The key in {path} cannot be read.", "Bring that file back from where you keep a copy of it."
        ) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SealRefused(f"The key in {path} is of another kind.", "Bring the right file back.")
    return private
