# SPDX-License-Identifier: Apache-2.0
"""nginx as the yardstick and the release binary, both on one core, with the same certificate."""

import gzip
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import measure

ROOT = Path(__file__).resolve().parents[2]
BINARY = ROOT / "build" / "doorward"
PROGRAMS = ROOT / "build-bench" / "tests" / "bench"
START_SECONDS = 20

NGINX = """\
daemon off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
worker_rlimit_nofile 30000;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=100;
    gzip_static on;
    types {{ text/javascript js; }}
    default_type application/json;
    ssl_certificate {cert};
    ssl_certificate_key {key};
    server {{
        listen 127.0.0.1:{plain};
        listen 127.0.0.1:{tls} ssl http2;
        root {dir}/www;
        location = /healthz {{ return 200 '{{"status":"ok"}}'; }}
        location / {{ add_header Cache-Control "public, max-age=300"; }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def certificate(folder):
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True)
    return cert, key


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Server:
    """A server process that is ended by its pid."""

    def __init__(self):
        self.process = None
        self.folder = Path(tempfile.mkdtemp(prefix="doorward-bench-"))

    def spawn(self, command, **options):
        self.process = subprocess.Popen(measure.pinned(measure.SERVER_CORE, command),
                                        stdin=subprocess.DEVNULL, **options)

    def wait(self, port):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.process.args} does not listen") from None
                time.sleep(0.01)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Nginx(Server):
    """One worker that serves the same bytes."""

    def __init__(self, cert, key, files):
        super().__init__()
        www = self.folder / "www"
        www.mkdir()
        self.folder.chmod(0o755)
        for name, data in files.items():
            (www / name).write_bytes(data)
            (www / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
        self.plain, self.tls = free_port(), free_port()
        config = self.folder / "nginx.conf"
        config.write_text(NGINX.format(dir=self.folder, cert=cert, key=key, plain=self.plain,
                                       tls=self.tls))
        self.spawn(["nginx", "-p", str(self.folder), "-c", str(config),
                    "-e", str(self.folder / "error.log")])
        self.wait(self.tls)

    @property
    def pids(self):
        return children(self.process.pid)


class Doorward(Server):
    """One event loop, in a fresh folder. Settings are named as in the environment."""

    def __init__(self, tls=None, settings=None):
        super().__init__()
        site = self.folder / "site"
        self.env = {**os.environ, "DOORWARD_SERVER_LOOPS": "1", "DOORWARD_SERVER_ACCESS_LOG": "false",
                    "DOORWARD_SERVER_CONNECTIONS_PER_ADDRESS": "1000000",
                    "DOORWARD_LIMITS_STREAMS_PER_ADDRESS": "1000000",
                    "DOORWARD_LIMITS_REQUESTS_PER_MINUTE": "1000000",
                    "DOORWARD_LIMITS_MESSAGES_PER_MINUTE": "1000000",
                    "DOORWARD_LIMITS_MESSAGES_PER_HOUR": "1000000", **(settings or {})}
        if tls:
            self.env["DOORWARD_SERVER_TLS_CERTIFICATE"] = str(tls[0])
            self.env["DOORWARD_SERVER_TLS_KEY"] = str(tls[1])
        self.scheme = "https" if tls else "http"
        self.made = json.loads(self.cli("init", str(site), "--format", "json"))
        self.env["DOORWARD_CONFIG"] = str(site / "doorward.yaml")
        self.port = None

    @property
    def pids(self):
        return [self.process.pid]

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def cli(self, *words, text=None):
        return measure_cli([str(BINARY), *words], self.env, text)

    def serve(self):
        """Starts it; returns the seconds until it said that it listens."""
        begun = time.monotonic()
        self.spawn([str(BINARY), "serve", "--listen", f"127.0.0.1:{self.port or 0}"], env=self.env,
                   stdout=subprocess.PIPE, stderr=open(self.folder / "log", "ab"), text=True)
        line = self.process.stdout.readline()
        took = time.monotonic() - begun
        found = re.search(r"127\.0\.0\.1:(\d+)", line)
        if not found:
            raise RuntimeError(f"serve said {line!r}\n{(self.folder / 'log').read_text()[-2000:]}")
        self.port = int(found.group(1))
        return took

    def restart(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=40)
        return self.serve()

    def api(self, path, body=None, headers=None):
        """One call with the owner's key; returns the JSON answer."""
        return json.loads(self.text(path, body, headers))

    def text(self, path, body=None, headers=None):
        request = urllib.request.Request(
            self.url + path, data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Api-Key {self.made['owner_key']}",
                     "Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{path}: {error.code} {error.read()[:500]}") from None


def measure_cli(command, env, text=None):
    done = subprocess.run(command, env=env, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout
