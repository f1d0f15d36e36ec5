# SPDX-License-Identifier: Apache-2.0
"""usage: tests/quality/scan/make.py tune|judge FOLDER [--seed N] [--files N]

Writes a labelled set: files with secrets and look-alikes under FOLDER/files and FOLDER/labels.json, a list of
{path, line, real, kind, name, value}. The two halves share no template and no look-alike list."""

import argparse
import json
import random
import re
from pathlib import Path

import formats
import lookalikes
import templates


def words_of(name):
    return re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+(?![a-z])", name.replace("-", "_").replace(".", "_"))


def styled(name, style):
    words = [word.lower() for word in words_of(name)]
    if style == "UPPER":
        return "_".join(words).upper()
    if style == "camel":
        return words[0] + "".join(word.capitalize() for word in words[1:])
    return {"snake": "_", "kebab": "-", "dots": "."}[style].join(words)


def escaped(value, kind):
    if kind in ("json_", "notebook"):
        return json.dumps(value)[1:-1]
    return value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;") if kind == "xml" else value


class Writer:
    """One file with its labels."""

    def __init__(self, kind, half, r):
        self.kind, self.r = kind, r
        self.type = templates.TYPES[kind](half == "tune")
        self.lines, self.labels = list(self.type.head), []

    def noise(self):
        for _ in range(self.r.randrange(1, 4)):
            self.lines.append(self.r.choice(self.type.noise))

    def assign(self, name, value, real, kind):
        n = styled(name, self.type.names)
        form = self.r.choice(self.type.assign)
        doubled = "{{" in form
        text = form.replace("{n}", n).replace("{N}", n[:1].upper() + n[1:]).replace("{v}", escaped(value, self.kind))
        self.add(text.replace("{{", "{").replace("}}", "}") if doubled else text, n, value, real, kind)

    def add(self, text, name, value, real, kind):
        self.noise()
        self.labels.append({"line": len(self.lines) + 1, "lines": text.count("\n") + 1, "real": real, "kind": kind, "name": name, "value": value})
        self.lines.extend(text.split("\n"))

    def raw(self, name, half):
        expression = self.r.choice(lookalikes.RAW[half][self.type.raw])
        n = styled(name, self.type.names)
        self.add(self.type.raw_assign.replace("{n}", n).replace("{v}", expression), n, expression, False, "look-alike")

    def text(self):
        return "\n".join([*self.lines, *self.type.foot]) + "\n"


def fill(writer, half, r):
    """Two secrets and four look-alikes or so, in any order."""
    names = templates.GENERIC_NAMES[half == "tune"]
    looks = lookalikes.TUNE if half == "tune" else lookalikes.JUDGE
    acts = ["provider"] * r.randrange(1, 3) + ["generic"] * r.randrange(1, 3) + ["look"] * r.randrange(4, 8)
    r.shuffle(acts)
    for act in acts:
        if act == "provider":
            which = r.choice(list(formats.PROVIDER))
            name, maker = formats.PROVIDER[which]
            writer.assign(name, maker(r), True, "provider:" + which)
        elif act == "generic":
            which = r.choice(list(formats.GENERIC))
            writer.assign(r.choice(names), formats.GENERIC[which](r), True, "generic:" + which)
        elif writer.type.raw and r.random() < 0.3:
            writer.raw(r.choice(names), half)
        else:
            those, maker = r.choice(looks)
            writer.assign(r.choice(those), maker(r), False, "look-alike")


def make(half, folder, seed, files):
    r = random.Random(f"{half}-{seed}")
    labels = []
    for number in range(files):
        kind = list(templates.TYPES)[number % len(templates.TYPES)]
        writer = Writer(kind, half, r)
        fill(writer, half, r)
        path = Path(f"{kind.strip('_')}-{number}") / r.choice(writer.type.paths)
        (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "files" / path).write_text(writer.text())
        labels += [{"path": str(path), **label} for label in writer.labels]
    for number, (kind, maker) in enumerate(list(formats.BLOCKS.items()) * 8):
        path = Path(f"keys-{number}") / ("id_rsa" if half == "tune" else "server.key")
        (folder / "files" / path).parent.mkdir(parents=True, exist_ok=True)
        text = maker(r)
        (folder / "files" / path).write_text(text + "\n")
        labels.append({"path": str(path), "line": 1, "lines": text.count("\n") + 1, "real": True, "kind": "provider:" + kind, "name": "", "value": text})
    (folder / "labels.json").write_text(json.dumps(labels, indent=0))
    return labels


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("half", choices=["tune", "judge"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--files", type=int, default=1100)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    found = make(given.half, given.folder, given.seed, given.files)
    print(sum(label["real"] for label in found), "secrets,", sum(not label["real"] for label in found), "look-alikes")
