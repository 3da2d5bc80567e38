"""A program that appends to a log and prints what was acknowledged: `python -m tests.ledger.log.appending URL WHO COUNT`.

Several threads append entries tagged `WHO:n`; after each acknowledgement one line `WHO:n POSITION` is printed.
"""

import os
import sys
import threading

from ledger.log.opening import open_log
from ledger.log.store import Log

THREADS = 4


def main(url: str, who: str, count: int) -> None:
    log = open_log(url)
    threads = [
        threading.Thread(target=append, args=(log, [f"{who}:{n}" for n in range(start, count, THREADS)]))
        for start in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()


def append(log: Log, names: list[str]) -> None:
    for name in names:
        position = log.append([("exchange-settled", name.encode(), (name,))], unless=(name,), after=0)
        os.write(1, f"{name} {position}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
