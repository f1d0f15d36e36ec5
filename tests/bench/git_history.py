#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes a git repository with a long history out of real source trees: files come, are edited with
pieces of other files of their kind, are renamed and go; topic branches are merged. The same seed and
sources give the same commits. Packed as git packs by itself (depth 50, window 10).

  git_history.py --into DIR [--commits 20000] [--files 2500] [--seed 1] SOURCE..."""

import argparse
import os
import random
import subprocess
import sys
from pathlib import Path

FILE_MIN, FILE_MAX = 200, 96 << 10
EPOCH = 1262304000  # 2010-01-01
TOPIC_EVERY, TOPIC_COMMITS = 40, 6
PEOPLE = ["Ada", "Bo", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hal"]
ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": "/nonexistent",
               "LC_ALL": "C"}


class Pool:
    """Files of the sources, and lines of them by kind."""

    def __init__(self, rng, sources, count):
        found = []
        for source in sources:
            root = Path(source)
            for folder, names, files in os.walk(root):
                names.sort()
                found += [Path(folder) / name for name in sorted(files)]
        found = [path for path in found
                 if not path.is_symlink() and FILE_MIN <= path.stat().st_size <= FILE_MAX]
        rng.shuffle(found)
        self.files, self.lines = [], {}
        parents = sorted({Path(source).parent for source in sources})
        for path in found:
            if len(self.files) >= count:
                break
            data = path.read_bytes()
            if b"\0" in data:
                continue
            parent = next(p for p in parents if p in path.parents)
            self.files.append((path.relative_to(parent).as_posix(), data))
            self.lines.setdefault(path.suffix, []).append(data.splitlines(keepends=True))

    def piece(self, rng, suffix):
        lines = rng.choice(self.lines[suffix])
        size = rng.choice((1, 1, 2, 3, 5, 8, 20))
        at = rng.randrange(max(1, len(lines) - size))
        return lines[at:at + size]


class Stream:
    """What git fast-import reads (git-fast-import(1))."""

    def __init__(self, out):
        self.out, self.mark = out, 0

    def data(self, content):
        self.out.write(b"data %d\n" % len(content))
        self.out.write(content)
        self.out.write(b"\n")

    def commit(self, branch, number, parents, changes, message):
        """`changes`: (path, content), or (path, None) for one that goes. Gives the mark."""
        self.mark += 1
        who = PEOPLE[number * 7 % len(PEOPLE)]
        person = f"{who} <{who.lower()}@example.com> {EPOCH + number * 3600} +0000"
        self.out.write(f"commit refs/heads/{branch}\nmark :{self.mark}\nauthor {person}\n"
                       f"committer {person}\n".encode())
        self.data(message.encode())
        for word, parent in zip(["from"] + ["merge"] * len(parents), parents):
            self.out.write(f"{word} :{parent}\n".encode())
        for path, content in changes:
            if content is None:
                self.out.write(f"D {path}\n".encode())
            else:
                self.out.write(f"M 100644 inline {path}\n".encode())
                self.data(content)
        self.out.write(b"\n")
        return self.mark


class Tree:
    """The state of a branch: path -> content."""

    def __init__(self, rng, pool):
        self.rng, self.pool = rng, pool
        half = len(pool.files) * 2 // 3
        self.now = dict(pool.files[:half])
        self.later = pool.files[half:]
        self.order = list(self.now)

    def pick(self):
        """Some files change often, most hardly ever."""
        while True:
            path = self.order[int(len(self.order) * self.rng.random() ** 2.5)]
            if path in self.now:
                return path

    def edit(self):
        path = self.pick()
        lines = self.now[path].splitlines(keepends=True)
        suffix = Path(path).suffix
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            at, what = self.rng.randrange(len(lines) + 1), self.rng.random()
            size = self.rng.choice((1, 1, 2, 4, 10))
            if what < 0.4:
                lines[at:at] = self.pool.piece(self.rng, suffix)
            elif what < 0.8 or sum(map(len, lines)) > FILE_MAX:
                lines[at:at + size] = self.pool.piece(self.rng, suffix)[:size]
            else:
                del lines[at:at + size]
        self.now[path] = b"".join(lines)
        return [(path, self.now[path])]

    def change(self):
        what = self.rng.random()
        if what < 0.04 and self.later:
            path, content = self.later.pop()
            self.now[path] = content
            self.order.insert(self.rng.randrange(len(self.order)), path)
            return [(path, content)]
        if what < 0.05 and len(self.now) > 100:
            path = self.pick()
            del self.now[path]
            return [(path, None)]
        if what < 0.06:
            path = self.pick()
            name = Path(path)
            new = name.with_name(f"{name.stem}_{self.rng.randrange(1000)}{name.suffix}").as_posix()
            self.now[new] = self.now.pop(path)
            self.order.append(new)
            return [(path, None), (new, self.now[new])]
        return self.edit()

    def changes(self):
        done = {}
        for _ in range(self.rng.choice((1, 1, 1, 2, 3, 4, 6))):
            done.update(self.change())
        return sorted(done.items(), key=lambda item: (item[1] is not None, item[0]))


def write(out, seed, sources, files, commits):
    rng = random.Random(seed)
    pool = Pool(rng, sources, files)
    tree, stream = Tree(rng, pool), Stream(out)
    main = stream.commit("main", 0, [], sorted(tree.now.items()), "Start\n")
    number = 1
    while number < commits:
        side = []
        if number % TOPIC_EVERY == 0:
            # The topic's files are its own meanwhile, so that the merge is clean.
            topic = main
            for _ in range(TOPIC_COMMITS):
                changed = tree.changes()
                side += changed
                topic = stream.commit("topic", number, [topic], changed, f"Topic, step {number}\n")
                number += 1
            merged = sorted(dict(side).items(), key=lambda item: (item[1] is not None, item[0]))
            main = stream.commit("main", number, [main, topic], merged, "Merge the topic\n")
        else:
            main = stream.commit("main", number, [main], tree.changes(),
                                 f"Change {number}\n\nSee {number * 31 % 977}.\n")
        number += 1
    out.write(b"done\n")


def git(into, *words, **more):
    return subprocess.run(["git", "-C", into, *words], check=True, env=ENVIRONMENT, **more)


def make(into, seed, sources, files, commits):
    os.makedirs(into)
    git(into, "init", "-q", "-b", "main", ".")
    with subprocess.Popen(["git", "-C", into, "fast-import", "--quiet", "--done"],
                          stdin=subprocess.PIPE, env=ENVIRONMENT) as importer:
        write(importer.stdin, seed, sources, files, commits)
        importer.stdin.close()
        if importer.wait() != 0:
            raise SystemExit("git fast-import failed")
    git(into, "branch", "-q", "-D", "topic")
    git(into, "repack", "-q", "-adf", "--depth=50", "--window=10")
    git(into, "read-tree", "HEAD")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", required=True)
    parser.add_argument("--commits", type=int, default=20000)
    parser.add_argument("--files", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("sources", nargs="+")
    args = parser.parse_args()
    make(args.into, args.seed, args.sources, args.files, args.commits)


if __name__ == "__main__":
    sys.exit(main())
