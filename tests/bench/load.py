"""A load of plain HTTP/1.1 requests over connections that stay open, in a process of its own.

Run as `python -m tests.bench.load CONNECTIONS REQUESTS < requests.json`: a JSON list of raw requests, sent round robin. Prints JSON:
seconds in all, each answer's seconds, and the count of each status.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode


class Load(NamedTuple):
    """What a load came to: answers a second, the median and the 95th percentile in seconds, and statuses."""

    rate: float
    median: float
    p95: float
    statuses: dict[str, int]


def get(path: str, port: int, cookie: str) -> str:
    """A raw GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nAccept-Encoding: identity\r\n\r\n"


def post(path: str, port: int, cookie: str, form: dict[str, str]) -> str:
    """A raw POST of a form."""
    body = urlencode(form)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nSec-Fetch-Site: same-origin\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )


def send(requests: Sequence[str], port: int, *, connections: int) -> Load:
    """Sends the requests over so many connections, each request once, from another process."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(port), str(connections)],
        input=json.dumps(list(requests)).encode(),
        capture_output=True,
        check=True,
    )
    told = json.loads(ran.stdout)
    times = sorted(told["times"])
    return Load(
        rate=len(times) / told["seconds"],
        median=times[len(times) // 2],
        p95=times[int(len(times) * 0.95)],
        statuses=told["statuses"],
    )


async def _answer(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    lowered = head.lower()
    if b"content-length:" in lowered:
        length = int(lowered.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lowered:
        while (size := int((await reader.readline()).strip() or b"0", 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readline()
    return head[9:12].decode()


async def _connection(port: int, mine: Sequence[bytes], times: list[float], statuses: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in mine:
        begun = time.perf_counter()
        writer.write(request)
        statuses[await _answer(reader)] += 1
        times.append(time.perf_counter() - begun)
    writer.close()


async def _main(port: int, connections: int) -> None:
    requests = [each.encode() for each in json.load(sys.stdin)]
    times: list[float] = []
    statuses: Counter[str] = Counter()
    begun = time.perf_counter()
    await asyncio.gather(
        *(_connection(port, requests[number::connections], times, statuses) for number in range(connections))
    )
    json.dump({"seconds": time.perf_counter() - begun, "times": times, "statuses": statuses}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2])))
