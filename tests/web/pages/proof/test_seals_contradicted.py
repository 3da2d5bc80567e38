"""Pages raise an alarm when a witness has proof against the log."""

from pathlib import Path

from ledger.seal.signing.signer import Signer
from ledger.seal.verifying.merkle import leaf_hash
from ledger.seal.verifying.note import Checkpoint
from tests.cast import founded
from web.framework.seals import Seals

ORIGIN = "localhost/elm-street/1"


def test_a_seal_shown_by_a_witness_that_the_log_contradicts_raises_an_alarm(tmp_path: Path) -> None:
    with founded(tmp_path / "data") as bank:
        signer = Signer(tmp_path / "seal", bank.log)
        signer.seal()
        seals = Seals(str(tmp_path / "seal"), bank, ORIGIN)
        assert seals.fit().holds

        elsewhere = signer.folder.sign(Checkpoint(ORIGIN, 3, leaf_hash(b"another history")), keep=False)
        assert signer.is_contradicted_by(elsewhere.note.data)

        assert "signed with this log's key, that this log does not contain" in seals.fit().wrong
