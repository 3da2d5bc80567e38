"""The other process of a long rebuild, started by `projections.filling`: entries come in, and how far it has come goes out."""

import marshal
import os
import signal
import sys
from typing import IO

import projections.views  # so that every read model is there
from ledger.log.places import Place
from projections import intake
from projections.filling import Filling, connection_of_its_own, few_collections
from projections.read_model import ReadModel
from projections.standings import Standing

assert projections.views, "imported for the read models it brings"


def main(incoming: IO[bytes], outgoing: IO[bytes]) -> None:
    """Fills the tables of the read models that it is told, until there are no more entries."""
    parent, url, told = marshal.load(incoming)  # noqa: S302 - from the process that started this one
    standings = {name: Standing(name, *rest) for name, *rest in told}
    engine = Place(url).views_engine()
    models = [kind(engine) for kind in ReadModel.__subclasses__() if kind.name in standings]
    with few_collections(), connection_of_its_own(engine) as connection:
        # Whoever rebuilds next waits for a step that is under way; none may follow once this rebuild is given up.
        filling = Filling(connection, models, standings, are_empty=True, is_wanted=lambda: os.getppid() == parent)
        while (message := marshal.load(incoming)) is not None:  # noqa: S302 - see above
            entries, fault = message
            filling.take_in(intake.Batch([intake.recorded(*one) for one in entries], fault))
        marshal.dump([tuple(standing) for standing in filling.finish().values()], outgoing)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it hears of it, and ends it
    main(sys.stdin.buffer, sys.stdout.buffer)
