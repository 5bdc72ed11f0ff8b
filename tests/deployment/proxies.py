"""The samples of reverse proxies: they are valid, pass everything on, and write nothing down that is private."""

import contextlib
import http.client
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from checks import ROOT, main

PACKAGE = "0123456789abcdef0123456789abcdef"
KEY, USER, SIGNATURE, LINK = "marker-key", "887766554433221100", "marker-signature", "marker-link"
PRIVATE = (KEY, USER, SIGNATURE, LINK)
# What arrives in time for a slow machine, and what no client waits for.
PATIENCE = 30
LARGE = b"statistics" * 400_000


class Backend(http.server.BaseHTTPRequestHandler):
    """Tells what arrived."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        # `self.path` has its slashes folded.
        told = {"path": self.requestline.split()[1], "headers": dict(self.headers), "body": self.rfile.read(length).decode()}
        body = LARGE if self.path.endswith("/data") else json.dumps(told).encode()
        self.send_response(200)
        # A type that a proxy would compress if it were allowed to.
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        # So that a backend that is stopped is gone.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


GIVEN_PORTS = set()


def free_port():
    """A port that this process has not had yet: the system may give one that was just closed again."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        if port not in GIVEN_PORTS:
            GIVEN_PORTS.add(port)
            return port


@contextlib.contextmanager
def backend(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Backend)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class Proxy:
    def __init__(self, folder, port, tls):
        self.folder, self.port, self.tls = folder, port, tls

    def ask(self, method, path, body=None, **headers):
        if self.tls:
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE, context=context)
        else:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Accept-Encoding": "gzip", **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()

    def written(self):
        files = [file for file in self.folder.rglob("*") if file.is_file() and file.suffix not in (".conf", ".pem")]
        return b"".join(file.read_bytes() for file in files).decode(errors="replace")


@contextlib.contextmanager
def running(proxy, command):
    with open(proxy.folder / "output", "wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=proxy.folder)
    try:
        began = time.monotonic()
        while True:
            assert process.poll() is None and time.monotonic() - began < PATIENCE, proxy.written()
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", proxy.port)):
                break
            time.sleep(0.05)
        yield proxy
    finally:
        process.terminate()
        process.wait(PATIENCE)
        # Only now everything is written.
        proxy.log = proxy.written()


def replaced(text, changes):
    for old, new in changes.items():
        assert old in text, f"the sample has no {old!r} any more"
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def nginx(backend_port, changes={}):
    with tempfile.TemporaryDirectory() as name:
        folder, port = pathlib.Path(name), free_port()
        openssl = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl += ["-subj", "/CN=localhost", "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
        subprocess.run(openssl, check=True, capture_output=True)
        certificates = "/etc/letsencrypt/live/dumpus-api.example.org"
        site = replaced(
            (ROOT / "deploy/nginx.conf").read_text(),
            {
                "127.0.0.1:5000": f"127.0.0.1:{backend_port}",
                "listen 80;": f"listen 127.0.0.1:{free_port()};",
                "    listen [::]:80;\n": "",
                "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
                "    listen [::]:443 ssl http2;\n": "",
                f"{certificates}/fullchain.pem": f"{folder}/certificate.pem",
                f"{certificates}/privkey.pem": f"{folder}/key.pem",
                **changes,
                "/var/log/nginx": str(folder),
            },
        )
        (folder / "site.conf").write_text(site)
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        # As root, its workers would be another user, who cannot write here.
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid; daemon off; master_process off; events {{}}\n"
            f"http {{ {temporary} include {folder}/site.conf; }}\n"
        )
        command = ["nginx", "-e", folder / "start.log", "-p", folder, "-c", folder / "nginx.conf"]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert tested.returncode == 0 and "warn" not in tested.stderr, tested.stderr
        with running(Proxy(folder, port, tls=True), command) as proxy:
            yield proxy


@contextlib.contextmanager
def caddy(backend_port, changes={}):
    with tempfile.TemporaryDirectory() as name:
        folder, port = pathlib.Path(name), free_port()
        site = replaced(
            (ROOT / "deploy/Caddyfile").read_text(),
            {
                "127.0.0.1:5000": f"127.0.0.1:{backend_port}",
                "dumpus-api.example.org": f"http://:{port}",
                # The port of its own commands may be taken. It has to keep silent about requests at any level.
                "\t# Paths": "\tadmin off\n\tdebug\n\t# Paths",
                **changes,
            },
        )
        (folder / "site.conf").write_text(site)
        command = ["env", f"HOME={folder}", f"XDG_DATA_HOME={folder}", f"XDG_CONFIG_HOME={folder}"]
        command += ["caddy", "run", "--adapter", "caddyfile", "--config", folder / "site.conf"]
        with running(Proxy(folder, port, tls=False), command) as proxy:
            yield proxy


def ask_privately(proxy):
    """Every way in which something private travels."""
    authorization = {"Authorization": f"Bearer {KEY}"}
    return [
        proxy.ask("GET", f"/process/{PACKAGE}/status", **authorization),
        proxy.ask("GET", f"//process/{PACKAGE}/user/{USER}", **authorization),
        proxy.ask("GET", f"/blobs/{PACKAGE}?signature={SIGNATURE}", Referer=f"https://x.example/?{SIGNATURE}"),
        proxy.ask("POST", "/process", json.dumps({"package_link": LINK * 1_000})),
        proxy.ask("GET", f"/nowhere/{USER}", **authorization),
    ]


def passes_everything_on(proxy):
    status, _, body = proxy.ask(
        "GET",
        f"//process/{PACKAGE}/user/{USER}?x=%2F",
        Authorization=f"Bearer {KEY}",
        Host="api.example.org",
        **{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "evil.example"},
    )
    told = json.loads(body)
    headers = {name.lower(): value for name, value in told["headers"].items()}
    assert status == 200 and told["path"] == f"//process/{PACKAGE}/user/{USER}?x=%2F", told
    assert headers["authorization"] == f"Bearer {KEY}"
    assert headers["host"] == headers["x-forwarded-host"] == "api.example.org", headers
    assert headers["x-forwarded-for"] == "127.0.0.1", headers
    assert headers["x-forwarded-proto"] == ("https" if proxy.tls else "http")
    # A body over the server's limit is refused by the server, in a shape that clients know.
    status, _, body = proxy.ask("POST", "/process", "x" * 20_000)
    assert status == 200 and len(json.loads(body)["body"]) == 20_000


def leaves_results_as_they_are(proxy):
    for path in (f"/process/{PACKAGE}/data", f"/process/{PACKAGE}/blob"):
        status, headers, body = proxy.ask("GET", path, Authorization=f"Bearer {KEY}")
        assert status == 200 and "Content-Encoding" not in headers, headers
        assert not path.endswith("/data") or body == LARGE


def writes_nothing_private(start):
    port = free_port()
    with start(port) as proxy:
        with backend(port):
            assert {status for status, _, _ in ask_privately(proxy)} == {200}
        # Errors are written to other places than requests are.
        assert 200 not in {status for status, _, _ in ask_privately(proxy)}
    assert not [text for text in PRIVATE if text in proxy.log], proxy.log
    return proxy.log


def answers_in_known_shapes_without_the_server(start):
    with start(free_port()) as proxy:
        status, user, _, submit, _ = ask_privately(proxy)
    for code, (got, headers, _) in zip((503, 500, 503), (status, user, submit)):
        assert got == code and headers["Access-Control-Allow-Origin"] == "*", (got, headers)
        assert headers.get_content_type() == "application/json", headers
    told = json.loads(status[2])
    assert told["isErrored"] is False and told["errorMessageCode"] is None and told["isProcessing"] is True
    assert told["processingQueuePosition"]["standardQueueTotal"] == 0
    assert json.loads(submit[2])["errorMessageCode"] == json.loads(user[2])["errorMessageCode"] == "SERVER_ERROR"


def test_nginx_passes_everything_on_and_leaves_results_as_they_are():
    port = free_port()
    with backend(port), nginx(port) as proxy:
        passes_everything_on(proxy)
        leaves_results_as_they_are(proxy)


def test_nginx_writes_nothing_private():
    written = writes_nothing_private(nginx)
    for route in ("GET status 200", "GET user 200", "GET result 200", "POST submit 200", "GET other 200"):
        assert route in written, written


def test_the_search_of_what_nginx_writes_finds_what_other_settings_would_write():
    for changes in ({"dumpus-error.log emerg": "dumpus-error.log error"}, {"dumpus.log dumpus;": "dumpus.log combined;"}):
        try:
            writes_nothing_private(lambda port: nginx(port, changes))
        except AssertionError as found:
            assert USER in str(found) and SIGNATURE in str(found), found
        else:
            raise AssertionError("nothing was found")


def test_nginx_answers_in_known_shapes_without_the_server():
    answers_in_known_shapes_without_the_server(nginx)


def test_caddy_passes_everything_on_and_leaves_results_as_they_are():
    port = free_port()
    with backend(port), caddy(port) as proxy:
        passes_everything_on(proxy)
        leaves_results_as_they_are(proxy)


def test_caddy_writes_nothing_private():
    assert "connection refused" in writes_nothing_private(caddy)


def test_the_search_of_what_caddy_writes_finds_what_other_settings_would_write():
    try:
        writes_nothing_private(lambda port: caddy(port, {"request>uri delete": "request>proto delete"}))
    except AssertionError as found:
        assert USER in str(found) and SIGNATURE in str(found), found
    else:
        raise AssertionError("nothing was found")


def test_caddy_answers_in_known_shapes_without_the_server():
    answers_in_known_shapes_without_the_server(caddy)


main(globals())
