# SPDX-License-Identifier: Apache-2.0
"""What keys and log-ins cost, and that they do not cost others anything."""

import json
import multiprocessing
import os
import re
import socket
import sqlite3
import sys
import time
from pathlib import Path

import measure
import servers

TRIES = os.environ.get("BENCH_TRIES", "200")
REQUESTS = 10000
LOGINS = 50
EVERY = 0.002
IDLE_SECONDS = 5
PASSWORD = "turnip lantern quarry osprey"


class Client:
    """One connection that stays open; `ask` and `hear` give status and body."""

    def __init__(self, server):
        self.host = f"127.0.0.1:{server.port}"
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path, headers="", body=None):
        self.send(path, headers, body)
        return self.hear()

    def send(self, path, headers="", body=None):
        data = json.dumps(body).encode() if body is not None else b""
        method = "GET" if body is None else "POST"
        length = f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n" if data else ""
        self.socket.sendall((f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n{headers}{length}"
                             "\r\n").encode() + data)

    def hear(self):
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self.more()
        head, _, body = answer.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: (\d+)", head)
        while len(body) < (int(found.group(1)) if found else 0):
            body += self.more()
        return int(head[9:12]), body

    def more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise RuntimeError("the server closed the connection")
        return piece


def program(name, *words):
    """What a bench program prints."""
    return measure.run(measure.pinned(measure.LOAD_CORE, [str(servers.PROGRAMS / name), *words]), 600)


def bench_keys(board):
    text = program("access_keys", str(REQUESTS))
    found = re.search(r"median ([\d.]+) us, p99 ([\d.]+) us \((\d+) look-ups\)", text)
    median = float(found.group(1))
    board.row(f"key look-up among {REQUESTS}", median, "us", "< 20", median < 20,
              f"p99 {found.group(2)} us of {found.group(3)}")
    written = int(re.search(r"database changed: (\d)", text).group(1))
    board.row("database written in these look-ups", written, "", "0", written == 0)
    requests_write_nothing(board)


def requests_write_nothing(board):
    """The same over HTTP: nothing is written until the uses are, together, once a minute."""
    with servers.Doorward() as server:
        database = Path(server.env["DOORWARD_CONFIG"]).parent / "data" / "doorward.db"
        log = database.with_name("doorward.db-wal")
        server.serve()
        begun = time.monotonic()
        client = Client(server)
        path = f"/api/v1/projects/{server.made['project']}/sources"
        key = f"Authorization: Api-Key {server.made['owner_key']}\r\n"
        other = sqlite3.connect(f"file:{database}?mode=ro", uri=True)

        def state():
            version = other.execute("PRAGMA data_version").fetchone()[0]
            return version, log.stat().st_size if log.exists() else 0

        client.ask(path, key)
        before = state()
        for _ in range(REQUESTS):
            status, body = client.ask(path, key)
            if status != 200:
                raise RuntimeError(f"{path}: {status} {body[:300]!r}")
        after, took = state(), time.monotonic() - begun
        note = f"{after[1] - before[1]} bytes of log, in {took:.1f} s" + \
            (": the minute's batch is in it" if took >= 60 else "")
        board.row(f"database written in {REQUESTS} requests", after[0] != before[0], "", "0",
                  after[0] == before[0], note)
        other.close()


def poll(client, done):
    """Milliseconds of a GET /healthz every EVERY seconds until `done`. One that an earlier answer kept
    waiting counts from when it was due, so that a stall counts for all who would have met it."""
    took, due = [], time.perf_counter()
    while not done():
        due += EVERY
        early = due - time.perf_counter()
        if early > 0:
            time.sleep(early)
        begun = time.perf_counter() if early > 0 else due
        status, _ = client.ask("/healthz")
        took.append((time.perf_counter() - begun) * 1000)
        if status != 200:
            raise RuntimeError(f"/healthz: {status}")
    return took


def log_in_all(server, ready, start):
    """Everybody at once, in a process of their own; its exit code is how many passed."""
    clients = [Client(server) for _ in range(LOGINS)]
    ready.set()
    start.wait()
    for number, client in enumerate(clients):
        client.send("/api/v1/admin/login", f"X-Forwarded-For: 198.51.{number}.1\r\n",
                    {"email": f"person{number}@example.com", "password": PASSWORD})
    sys.exit(sum(client.hear()[0] == 200 for client in clients))


def bench_logins(board):
    """Many people log in at the same moment; everybody else must not notice."""
    if (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(0, {int(measure.LOAD_CORE)})  # a client beside the server, as the load is
    settings = {"DOORWARD_SERVER_TRUSTED_PROXIES": "127.0.0.1/32"}
    with servers.Doorward(settings=settings) as server:
        for i in range(LOGINS):
            server.cli("user", "create", f"person{i}@example.com", "--role", "owner",
                       "--password-stdin", text=PASSWORD + "\n")
        server.serve()
        client = Client(server)
        begun = time.monotonic()
        idle = poll(client, lambda: time.monotonic() - begun > IDLE_SECONDS)
        ready, start = multiprocessing.Event(), multiprocessing.Event()
        people = multiprocessing.Process(target=log_in_all, args=(server, ready, start))
        people.start()
        ready.wait(30)
        start.set()
        begun = time.monotonic()
        busy = poll(client, lambda: not people.is_alive() or time.monotonic() - begun > 60)
        took = time.monotonic() - begun
        people.join(10)
        passed = people.exitcode or 0
        for share in (50, 99):
            value = measure.percentile(busy, share)
            target = ("< 5", value < 5) if share == 99 else ()
            board.row(f"/healthz under {LOGINS} log-ins, p{share}", value, "ms", *target,
                      note=f"idle {measure.percentile(idle, share):.2f} ms, {len(busy)} requests")
        board.row("log-ins that passed", passed, "", str(LOGINS), passed == LOGINS,
                  f"all within {took:.1f} s")


def bench_staff(board):
    """Log-ins of known and unknown accounts, sessions, uses of keys (tests/bench/access_staff.c)."""
    text = program("access_staff", TRIES)
    for what, other, chance in re.findall(r"(\S+), known against (\w+): p = ([\d.]+)", text):
        medians = {kind: float(value) for kind, value in
                   re.findall(rf"{what}, (\w+) *: median ([\d.]+) ms", text)}
        board.row(f"{what} of {other} accounts, median", medians[other], "ms",
                  note=f"known {medians['known']:.3f} ms; the same by chance with p = {chance}")
    found = float(re.search(r"finding a session: ([\d.]+) us", text).group(1))
    board.row("finding a session", found, "us")
    for kind, threads, noting, writing in re.findall(
            r"one of (\d+) keys, (\d+) threads: (\d+) ns; writing them: ([\d.]+) ms", text):
        board.row(f"noting a use, {kind} keys, {threads} threads", float(noting), "ns",
                  note=f"writing them {writing} ms")
