"""The images that were built: what they are, and what their programs do when they are started."""

import base64
import contextlib
import functools
import http.server
import json
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading

from checks import ROOT, main
from container import SCRATCH, Container, Image

SERVER, WORKER = Image("server"), Image("worker")
NOBODY = "65532"
LISTEN = "127.0.0.1:" + SERVER.environment["DUMPUS_LISTEN"].rpartition(":")[2]
DATA, SPOOL = (SERVER.environment[f"DUMPUS_{name}_DIR"] for name in ("DATA", "SPOOL"))
KEY = "0123456789abcdef"


def free_address():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


def is_ready(container, address):
    status, body = container.ask(f"{address}/ready")
    told = json.loads(body) if status == 200 else {}
    return told if told.get("status") == "ready" else None


def runs_without_privileges(container):
    status = container.status()
    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {NOBODY}, status
    assert status["Groups"].split() == [] and int(status["CapPrm"], 16) == int(status["CapEff"], 16) == 0, status


def processes_a_package(server, address, link):
    status, body = server.ask(f"{address}/process", "--json", json.dumps({"package_link": link}))
    assert status == 200, body
    package = f"{address}/process/{json.loads(body)['packageId']}"
    ask = lambda path: server.ask(f"{package}/{path}", "--header", f"Authorization: Bearer {KEY}")
    server.eventually("the package is processed", lambda: b'"isDataAvailable":true' in ask("status")[1])
    status, result = ask("data")
    assert status == 200 and result, status


@contextlib.contextmanager
def services():
    """Addresses of an empty database in PostgreSQL and in Redis."""
    postgres, redis = (os.environ.get(f"DUMPUS_TEST_{name}_URL") for name in ("POSTGRES", "REDIS"))
    if not (postgres and redis):
        assert "CI" not in os.environ, "DUMPUS_TEST_POSTGRES_URL and DUMPUS_TEST_REDIS_URL must be set if CI is set"
        yield None
        return
    name = f"dumpus_images_{SCRATCH.name.rpartition('.')[2].lower()}"
    psql = lambda statement: subprocess.run(["psql", "-X", "-q", "-c", statement, postgres], check=True)
    # Other tests use 0 and 9.
    redis = f"{redis.rstrip('/')}/8"
    flush = lambda: subprocess.run(["redis-cli", "-u", redis, "FLUSHDB"], check=True, capture_output=True)
    psql(f"CREATE DATABASE {name}")
    flush()
    try:
        yield {"POSTGRES_URL": re.sub(r"/[^/?]*(\?|$)", rf"/{name}\1", postgres), "REDIS_URL": redis}
    finally:
        psql(f"DROP DATABASE {name} WITH (FORCE)")
        flush()


@contextlib.contextmanager
def storage_host():
    """The link of a package, at a server that has it."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        subprocess.run(["python3", ROOT / "tests/schemathesis/package.py", f"{folder}/package.zip"], check=True)
        handler = functools.partial(Silent, directory=folder)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_the_second_image_takes_what_was_compiled_for_the_first_one():
    first, second = ((SCRATCH / f"{name}.log").read_text() for name in ("server", "worker"))
    assert "Compiling dumpus-server" in first and "Compiling dumpus-worker" in first
    assert "Compiling" not in second


def test_an_image_has_one_program_and_folders_of_its_user():
    assert WORKER.environment["DUMPUS_SPOOL_DIR"] == SPOOL
    for image, folders in ((SERVER, (DATA, SPOOL)), (WORKER, (SPOOL,))):
        programs = [path.name for path in (image.root / "usr/local/bin").iterdir()]
        assert programs == [f"dumpus-{image.name}"], programs
        assert not (image.root / "bin/sh").exists(), "the base that stands in has a shell"
        found = sorted((image.root / "var/lib/dumpus").iterdir())
        assert [path.name for path in found] == sorted(pathlib.Path(folder).name for folder in folders), found
        for path in found:
            told = path.stat()
            assert (told.st_uid, told.st_gid, told.st_mode & 0o777) == (int(NOBODY), int(NOBODY), 0o700), path


def test_the_server_runs_embedded_as_nobody_with_nothing_but_its_image():
    with Container(SERVER, volumes=[DATA, SPOOL]) as server:
        server.eventually("it is ready", lambda: is_ready(server, LISTEN))
        runs_without_privileges(server)
        checked = server.run(SERVER.health_check)
        assert checked.returncode == 0, checked
        status, page = server.ask(f"{LISTEN}/")
        assert status == 200 and b"<html" in page, page
        status, demo = server.ask(f"{LISTEN}/process/demo/data")
        assert status == 200 and demo[:2] == b"\x1f\x8b", demo[:100]
        assert server.stop() == 0, "a first process has no signal handlers but its own"


def test_a_server_that_does_not_answer_is_not_healthy():
    with Container(SERVER, volumes=[DATA, SPOOL]) as server:
        server.eventually("it is healthy", server.is_healthy)
        server.settings = {"DUMPUS_LISTEN": "127.0.0.1:1"}
        assert not server.is_healthy()


def test_the_worker_describes_itself():
    version = re.search(r'^version = "(.+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    for arguments, text in ((["--version"], f"dumpus-worker {version}"), (["analyze", "--help"], "statistics file")):
        with Container(WORKER, arguments) as worker:
            assert worker.end() == 0
            assert text in worker.log(), worker.log()


def test_a_server_and_a_worker_process_a_package_with_postgresql_and_redis():
    with services() as backends, storage_host() as origin:
        if not backends:
            print("skipped: DUMPUS_TEST_POSTGRES_URL and DUMPUS_TEST_REDIS_URL are not set")
            return
        settings = {**backends, "DL_ZIP_WHITELISTED_DOMAINS": origin}
        settings["DUMPUS_INSTANCE_KEY"] = base64.b64encode(os.urandom(32)).decode()
        # The network is the host's, where the usual ports may be taken.
        address = free_address()
        of_server = {**settings, "DUMPUS_LISTEN": address}
        of_worker = {**settings, "DUMPUS_WORKER_LISTEN": free_address()}
        with Container(SERVER, settings=of_server, host_network=True) as server:
            server.eventually("it is healthy", server.is_healthy)
            with Container(WORKER, settings=of_worker, volumes=[SPOOL], host_network=True) as worker:
                told = worker.eventually("the server sees it", lambda: is_ready(server, address))
                assert told["workers"] == 1, told
                worker.eventually("it is healthy", worker.is_healthy)
                runs_without_privileges(worker)
                processes_a_package(server, address, f"{origin}/package.zip?upn={KEY}")
                assert worker.stop() == 0
            assert server.stop() == 0


main(globals())
