# SPDX-License-Identifier: Apache-2.0
"""Figures of a process and of a load generator."""

import os
import re
import statistics
import subprocess

TICK = os.sysconf("SC_CLK_TCK")
LOAD_CORE = "1"
SERVER_CORE = "0"


def pinned(core, command):
    """The command on one core, where there is more than one."""
    return ["taskset", "-c", core, *command] if (os.cpu_count() or 1) > 1 else list(command)


def cpu_seconds(pids):
    """User and system time the processes have used so far."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICK


def memory_kb(pids):
    """Proportional set size: shared pages are counted once between their users."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += int(re.search(r"^Pss:\s+(\d+)", file.read(), re.M).group(1))
    return total


def run(command, seconds):
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def wrk(url, seconds, connections=64):
    """Requests per second over HTTP/1.1, and how many were answered."""
    text = run(pinned(LOAD_CORE, ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
                                  "-H", "Accept-Encoding: gzip", url]), seconds + 30)
    if "Non-2xx" in text or "Socket errors" in text:
        raise RuntimeError(f"wrk {url} met errors:\n{text}")
    return (float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            int(re.search(r"(\d+) requests in", text).group(1)))


def h2load(url, seconds, connections=16, streams=32):
    """The same over HTTP/2."""
    text = run(pinned(LOAD_CORE, ["h2load", "-t1", f"-c{connections}", f"-m{streams}",
                                  f"-D{seconds}", "-H", "accept-encoding: gzip", url]), seconds + 30)
    found = re.search(r"requests: \d+ total, \d+ started, \d+ done, (\d+) succeeded, (\d+) failed, "
                      r"(\d+) errored", text)
    done, failed, errored = map(int, found.groups())
    if not done or failed or errored or not re.search(r"Application protocol: h2\b", text):
        raise RuntimeError(f"h2load {url} met errors:\n{text}")
    return done / seconds, done


def median(values):
    return statistics.median(values)


def percentile(values, share):
    """Nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * share // 100) - 1))]
