"""Runs one command and prints its seconds, its most memory in kilobytes, and its seconds of processor: `python -m tests.bench.launcher COMMAND...`.

A process of its own, because Linux counts the memory of whoever starts a program as the program's own.
"""

import resource
import subprocess
import sys
import time

if __name__ == "__main__":
    begun = time.perf_counter()
    ran = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    took = time.perf_counter() - begun
    if ran.returncode:
        sys.exit(ran.stderr.decode()[-500:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    sys.stdout.write(f"{took} {used.ru_maxrss} {used.ru_utime + used.ru_stime}")
