# SPDX-License-Identifier: Apache-2.0
"""How long the auditor takes in the laboratory, and testssl.sh for its TLS part in the same run."""

import re
import shlex
import subprocess
import time

import measure
import servers

ROUNDS = 5
HOSTS = 6
LIMIT_SECONDS = 10
TIMES_FASTER = 5
SITE = "six-hosts"
READY_SECONDS = 60


class Laboratory:
    """The laboratory of the tests with one site; gives the command that audits it."""

    def __enter__(self):
        subprocess.run(["node", "tests/runner/compile.mjs", "integration"], cwd=servers.ROOT, check=True)
        self.process = subprocess.Popen(
            ["node", "tests/dist/integration/lab/main.mjs", SITE], cwd=servers.ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.commands, deadline = {}, time.monotonic() + READY_SECONDS
        for line in self.process.stdout:
            if line.startswith("doorward check "):
                words = shlex.split(line)
                self.commands[words[2]] = [str(servers.BINARY), *words[1:]]
            if line.startswith("# ready") or time.monotonic() > deadline:
                break
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=30)

    def option(self, name, key):
        """Value of an option that is given several times: the one that holds `key`."""
        command = self.commands[f"{SITE}.test"]
        values = [command[i + 1] for i, word in enumerate(command) if word == name]
        return next(value for value in values if key in value)


def seconds(command, status=(0,)):
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode not in status:
        raise RuntimeError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}\n{done.stderr}")
    return time.monotonic() - begun, done.stdout


def bench_check(board):
    with Laboratory() as lab:
        command = lab.commands[f"{SITE}.test"]
        whole = measure.median([seconds(command)[0] for _ in range(ROUNDS)])
        board.row(f"check of a domain with {HOSTS} hosts", whole, "s", f"< {LIMIT_SECONDS}", whole < LIMIT_SECONDS,
                  "on loopback")
        ours = measure.median([seconds([*command, "--only", "L2"])[0] for _ in range(ROUNDS)])
        port = re.search(r"\*:443::(\d+)", lab.option("--resolve", "*:443:")).group(1)
        _, text = seconds([*command, "--only", "tls.protocol.1.2", "--format", "json"])
        address = re.search(r"127\.80\.\d+\.\d+", text).group(0)
        theirs, _ = seconds(["testssl", "--ip", address, "--add-ca", lab.option("--ca-file", ""), "--warnings", "off",
                             "--quiet", "--nodns", "min", "--color", "0", f"www.{SITE}.test:{port}"], range(256))
        ratio = theirs / ours
        board.row("testssl.sh of one host to check of six", ratio, "times", f">= {TIMES_FASTER}", ratio >= TIMES_FASTER,
                  f"{theirs:.1f} s to {ours:.2f} s")
