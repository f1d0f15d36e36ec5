# SPDX-License-Identifier: Apache-2.0
"""Runs programs with a time limit and ends everything they started."""

import os
import signal
import subprocess
import threading

OUTPUT_MAX = 64 << 20  # bytes of output read from one program


def run(command, seconds, line=None, cwd=None, env=None):
    """Runs command and hands each line of its output (both streams) to line().

    Returns its exit code, or a sentence when the time limit or the output limit was reached. The
    program gets a session of its own; whatever of it is left is killed at the end."""
    try:
        child = subprocess.Popen(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True, text=True, errors="replace")
    except OSError as error:
        return f"could not start: {error}"
    verdict = []

    def expire():
        verdict.append(f"did not end within {seconds} s")
        kill_group(child.pid)

    timer = threading.Timer(seconds, expire)
    timer.start()
    try:
        size = 0
        for text in child.stdout:
            size += len(text)
            if size > OUTPUT_MAX:
                verdict.append("wrote more than 64 MB of output")
                break
            if line:
                line(text.rstrip("\n"))
    finally:
        if verdict:
            kill_group(child.pid)
        status = child.wait()
        timer.cancel()
        kill_group(child.pid)
        child.stdout.close()
    return verdict[0] if verdict else status


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def output(command, seconds=60, cwd=None):
    """Returns (exit code or sentence, output) of a quick command."""
    lines = []
    status = run(command, seconds, lines.append, cwd=cwd)
    return status, "\n".join(lines)
