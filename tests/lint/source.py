# SPDX-License-Identifier: Apache-2.0
"""What the lints share: the list of files, and C text without comments and literals."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
from runner.tap import Writer  # noqa: E402,F401


def files(root, *patterns):
    """Sorted files below root that match a pattern; what git ignores is left out."""
    root = Path(root)
    try:
        known = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
            capture_output=True, check=True, text=True).stdout.split("\0")
        paths = [root / name for name in known if name]
    except (OSError, subprocess.CalledProcessError):
        paths = root.rglob("*")  # a tree without git, such as an unpacked archive
        paths = [p for p in paths if not {"node_modules", "dist", "var"} & set(p.parts)]
    return sorted(path for path in paths
                  if path.is_file() and any(path.match(pattern) for pattern in patterns))


def text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def strip(code):
    """C text with comments and the insides of literals blanked; lines stay where they are."""
    out, i, n = [], 0, len(code)
    while i < n:
        two = code[i:i + 2]
        if two == "/*":
            end = code.find("*/", i + 2)
            end = n if end < 0 else end + 2
            out.append("".join(c if c == "\n" else " " for c in code[i:end]))
            i = end
        elif two == "//":
            end = code.find("\n", i)
            end = n if end < 0 else end
            out.append(" " * (end - i))
            i = end
        elif code[i] in "\"'":
            end = literal_end(code, i)
            out.append(code[i] + " " * max(0, end - i - 2) + code[i])
            i = end
        else:
            out.append(code[i])
            i += 1
    return "".join(out)


def literal_end(code, start):
    i = start + 1
    while i < len(code) and code[i] != code[start] and code[i] != "\n":
        i += 2 if code[i] == "\\" else 1
    return min(i + 1, len(code))


class Together(Writer):
    """One result for a whole lint, however many files it looks at."""

    def __init__(self, name):
        super().__init__()
        self.name, self.looked, self.problems = name, 0, []

    def result(self, name, problems=()):
        self.looked += 1
        self.problems.extend(problems)

    def done(self):
        if not self.looked:
            self.problems.append("there was nothing to look at")
        super().result(f"{self.name}: {self.looked} looked at", self.problems)
        return super().done()


def main(check, each=False):
    """Runs check(root, writer) on the tree named on the command line, or on this one. Its results are
    told together, or each for itself where they are tests."""
    writer = Writer() if each else Together(Path(sys.argv[0]).stem)
    check(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT, writer)
    return writer.done()
