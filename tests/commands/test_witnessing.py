"""`hours witness`: a server for neighbours' checkpoints, and a laptop without one."""

import http.client
import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from click.testing import CliRunner, Result

from ledger.seal.verifying.note import check_checkpoint, parse_key
from ledger.seal.witnessing.witness import LARGEST_SUBMISSION_BYTES, Submission, origin_hash
from tests.commands.eyes import Eye, watching
from tests.ledger.seal.witnessing.test_witness import KEY, ORIGIN, OTHERS, checkpoint, submission
from web.commands.main import hours


def call(eye: Eye, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
    """Status, content type and body of one answer."""
    connection = http.client.HTTPConnection(urlsplit(eye.address).netloc, timeout=30)
    connection.request(method, path, body)
    answer = connection.getresponse()
    told = answer.status, answer.getheader("content-type", ""), answer.read()
    connection.close()
    return told


def test_a_witness_signs_over_the_web_and_shows_its_last_signed_checkpoint(tmp_path: Path) -> None:
    with watching(tmp_path / "library", "--name", "library.example", "--log", KEY.text) as eye:
        status, _, line = call(eye, "POST", "/add-checkpoint", submission(0, 5))
        key = parse_key(eye.key)
        signed = check_checkpoint(checkpoint(5).data + line, [KEY, key])

        assert status == 200 and [word.key.name for word in signed.verified] == [ORIGIN, "library.example"]
        assert call(eye, "GET", f"/{origin_hash(ORIGIN)}/checkpoint")[2] == signed.note.data
        assert call(eye, "POST", "/add-checkpoint", submission(0, 12)) == (409, "text/x.tlog.size", b"5\n")
        assert call(eye, "POST", "/add-checkpoint", submission(5, 5, OTHERS[::-1]))[0] == 422
        assert call(eye, "POST", "/add-checkpoint", Submission(5, (), checkpoint(12).data).data)[0] == 422
        assert call(eye, "POST", "/add-checkpoint", b"what?")[0] == 400
        assert call(eye, "POST", "/add-checkpoint", b"x" * (LARGEST_SUBMISSION_BYTES + 1))[0] == 413
        assert call(eye, "GET", f"/{origin_hash('oak')}/checkpoint")[0] == 404
        assert call(eye, "GET", "/../key.pem")[0] == call(eye, "GET", "/logs/checkpoint")[0] == 404
        assert call(eye, "PUT", "/add-checkpoint")[0] == 405
        assert eye.key in call(eye, "GET", "/")[2].decode()
        assert call(eye, "HEAD", "/")[2] == b""

    with watching(tmp_path / "library") as again:
        assert again.key == eye.key, "name, key and logs are remembered"
        assert call(again, "POST", "/add-checkpoint", submission(5, 12))[0] == 200


def test_one_of_two_simultaneous_requests_must_try_again(tmp_path: Path) -> None:
    with watching(tmp_path / "library", "--name", "library.example", "--log", KEY.text) as eye:
        old = 0
        for _ in range(5):
            sizes = (old + 1, old + 2, old + 3)
            bodies = [submission(old, size) for size in sizes]
            with ThreadPoolExecutor(len(sizes)) as pool:
                told = dict(zip(sizes, pool.map(partial(call, eye, "POST", "/add-checkpoint"), bodies), strict=True))
            (won,) = [size for size, (status, _, _) in told.items() if status == 200]
            assert all(told[size] == (409, "text/x.tlog.size", f"{won}\n".encode()) for size in sizes if size != won)
            old = won


def test_a_killed_witness_remembers_what_it_signed(tmp_path: Path) -> None:
    with watching(tmp_path / "library", "--name", "library.example", "--log", KEY.text) as eye:
        call(eye, "POST", "/add-checkpoint", submission(0, 5))
        eye.process.kill()
    with watching(tmp_path / "library") as eye:
        assert call(eye, "POST", "/add-checkpoint", submission(0, 12))[2] == b"5\n"
        eye.process.send_signal(signal.SIGTERM)
        assert eye.process.wait(30) == 0


def test_slow_connections_are_closed_and_others_are_answered(tmp_path: Path) -> None:
    with watching(tmp_path / "library", "--name", "library.example", "--log", KEY.text) as eye:
        place = urlsplit(eye.address)
        where = (place.hostname, place.port)
        with socket.create_connection(where, timeout=60) as silent, socket.create_connection(where, timeout=60) as slow:
            silent.sendall(b"POST /add-che")
            slow.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nold 0\n")

            assert call(eye, "POST", "/add-checkpoint", submission(0, 5))[0] == 200
            assert b" 408 " in slow.recv(1000).split(b"\r\n")[0]
            with suppress(ConnectionError):
                assert silent.recv(1000) == b"", "cut off without a word"


def run(state: Path, *words: object) -> Result:
    return CliRunner().invoke(hours, ["witness", "--state", str(state), *map(str, words)])


def test_wrong_usage_of_a_witness_is_reported(tmp_path: Path) -> None:
    nameless = run(tmp_path / "new")
    wrong_key = run(tmp_path / "new", "--name", "library", "--log", "not-a-key")
    taken = socket.create_server(("127.0.0.1", 0))
    busy = run(tmp_path / "new", "--name", "library", "--port", taken.getsockname()[1])
    taken.close()

    assert nameless.exit_code == 1 and "needs a name" in nameless.stderr
    assert wrong_key.exit_code == 2 and "a key is written as name+id+key" in wrong_key.stderr
    assert busy.exit_code == 1 and "Cannot listen" in busy.stderr and "A new key was made" in busy.stderr
