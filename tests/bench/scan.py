# SPDX-License-Identifier: Apache-2.0
"""How fast secrets are looked for: a warm tree of source code, a git history, and secretlint on the same tree in the same
run."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import git_history
import measure
import servers

sys.path.insert(0, str(servers.ROOT / "tests" / "quality" / "scan"))
import sources  # noqa: E402

ROUNDS = 5
TREE_LEAST_MB = 1000
RATE_LEAST = 500
HISTORY_TIMES = 3
HISTORY_COMMITS, HISTORY_FILES, HISTORY_SEED = 20000, 2500, 1
MEMORY_MOST_MB = 300
PEER_TREE = "rails"
SECONDS = 900


def scan(*words, jobs=1):
    """Summary, seconds and largest memory (MB) of one run on one core."""
    command = measure.pinned("0", [str(servers.BINARY), "scan", "--format", "json", "--jobs", str(jobs), *words])
    begun = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out = process.stdout.read()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) not in (0, 1, 3):
        raise RuntimeError(f"{' '.join(command)}: {errors.decode()[-2000:]}")
    return json.loads(out)["summary"], took, usage.ru_maxrss / 1024


def median_of(*words):
    scan(*words)  # warm
    runs = [scan(*words) for _ in range(ROUNDS)]
    return runs[0][0], measure.median([run[1] for run in runs]), max(run[2] for run in runs)


def secretlint(tree):
    """Seconds of the peer, with its recommended rules."""
    peers = servers.ROOT / "tests" / "bench" / "peers"
    command = measure.pinned("0", ["node", str(peers / "node_modules/secretlint/bin/secretlint.js"), "--secretlintrc",
                                   str(peers / ".secretlintrc.json"), "**/*"])
    begun = time.monotonic()
    done = subprocess.run(command, cwd=tree, capture_output=True, timeout=SECONDS, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"secretlint: {done.stderr[-2000:]}")
    return time.monotonic() - begun


def bench_tree(board):
    summary, took, memory = median_of(str(sources.fetch(sources.LARGE)))
    megabytes = summary["bytes"] / 1e6
    board.row("scan of a warm tree", megabytes, "MB", f">= {TREE_LEAST_MB}", megabytes >= TREE_LEAST_MB,
              f"{sources.LARGE}: {summary['files']:,} files, {took:.2f} s")
    rate = megabytes / took
    board.row("scan of a warm tree, one core", rate, "MB/s", f">= {RATE_LEAST}", rate >= RATE_LEAST)
    board.row("scan of a warm tree, memory", memory, "MB", f"<= {MEMORY_MOST_MB}", memory <= MEMORY_MOST_MB)


def bench_small_files(board):
    """Where opening files takes longer than searching them: no limit, to be seen beside the other. Gives seconds a MB, to
    which the history of such files is compared."""
    summary, took, memory = median_of(*[str(sources.fetch(package)) for package in sources.SMALL_FILES])
    megabytes = summary["bytes"] / 1e6
    board.row("scan of small files, one core", megabytes / took, "MB/s", None, None,
              f"{len(sources.SMALL_FILES)} packages: {megabytes:,.0f} MB, {summary['files']:,} files, {took:.2f} s")
    board.row("scan of small files, memory", memory, "MB", f"<= {MEMORY_MOST_MB}", memory <= MEMORY_MOST_MB)
    return took / megabytes


def bench_peer(board):
    tree = sources.fetch(PEER_TREE)
    summary, ours, _ = median_of(str(tree))
    theirs = secretlint(tree)
    board.row(f"scan of {PEER_TREE}, faster than secretlint", theirs / ours, "times", None, None,
              f"{summary['bytes'] / 1e6:.0f} MB: {ours:.3f} s to {theirs:.1f} s")


def bench_history(board, seconds_a_megabyte):
    with tempfile.TemporaryDirectory(prefix="doorward-bench-") as folder:
        repository = Path(folder) / "history.git"
        git_history.make(str(repository), HISTORY_SEED, [sources.fetch(package) for package in sources.CLEAN],
                         HISTORY_FILES, HISTORY_COMMITS)
        summary, took, memory = median_of("--git", "--no-tree", str(repository))
        megabytes = summary["bytes"] / 1e6
        times = took / megabytes / seconds_a_megabyte
        board.row("scan of a git history", summary["commits"], "", f">= {HISTORY_COMMITS}", summary["commits"] >= HISTORY_COMMITS,
                  f"{megabytes:,.0f} MB in {summary['blobs']:,} blobs, {took:.2f} s")
        board.row("history, a MB to one of the tree", times, "times", f"<= {HISTORY_TIMES}", times <= HISTORY_TIMES)
        board.row("scan of a git history, memory", memory, "MB", f"<= {MEMORY_MOST_MB}", memory <= MEMORY_MOST_MB)


def bench_scan(board):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    bench_tree(board)
    seconds_a_megabyte = bench_small_files(board)
    bench_peer(board)
    bench_history(board, seconds_a_megabyte)
