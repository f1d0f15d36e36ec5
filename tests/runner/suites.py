# SPDX-License-Identifier: Apache-2.0
"""The test suites: what each needs, what it runs, how long it may take.

A suite function yields jobs; a job is a program that reports TAP, or one that passes by ending with
exit code 0. A suite that has nothing to run yet yields nothing and is reported as missing."""

import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILDS = Path(os.environ.get("TEST_BUILDS", ROOT))  # where the build folders are
ASAN_DIR = BUILDS / "build-asan"
FUZZ_DIR = BUILDS / "build-fuzz"
TSAN_DIR = BUILDS / "build-tsan"
FUZZ_SECONDS = int(os.environ.get("FUZZ_SECONDS", "10"))
FAULT_CYCLES = int(os.environ.get("FAULT_CYCLES", "100"))

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:"
                    "allocator_may_return_null=1:abort_on_error=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "LSAN_OPTIONS": f"suppressions={ROOT / 'tests' / 'lsan.supp'}:print_suppressions=0",
}


@dataclass
class Job:
    """One program of a suite."""

    name: str
    command: list
    seconds: int = 120
    tap: bool = True
    cwd: Path = ROOT
    env: dict = field(default_factory=dict)


@dataclass
class Suite:
    name: str
    title: str
    jobs: object        # function that yields the jobs
    prepare: tuple = ()  # names of the steps in PREPARE that must succeed first
    seconds: int = 600  # for the whole suite
    workers: int = 0    # programs at once; 0: one a core


def lint_jobs():
    names = ["layers", "calls", "shape", "format", "shell", "docs", "scripts", "cppcheck", "tidy"]
    for name in names:
        yield Job(name, ["python3", f"tests/lint/{name}.py"], seconds=900)
    yield Job("selftest", ["python3", "tests/lint/selftest.py"], seconds=120)
    yield Job("runner", ["python3", "tests/runner/selftest.py"], seconds=60)


def unit_jobs():
    listing = json.loads((ASAN_DIR / "meson-info" / "intro-tests.json").read_text())
    for test in listing:
        if "unit" in [name.split(":")[-1] for name in test["suite"]]:
            yield Job(test["name"], test["cmd"], seconds=test["timeout"],
                      env={**SANITIZERS, **test["env"]})


def parsers():
    for source in sorted((ROOT / "tests" / "fuzz").glob("fuzz_*.c")):
        name = source.stem.removeprefix("fuzz_")
        yield name, ROOT / "tests" / "fuzz" / "corpus" / name


def replay_jobs():
    for name, corpus in parsers():
        files = sorted(str(path.relative_to(ROOT)) for path in corpus.glob("*") if path.is_file())
        program = ASAN_DIR / "tests" / "fuzz" / f"replay_{name}"
        yield Job(f"replay_{name}", [str(program), *files], env=SANITIZERS)


def fuzz_jobs():
    for name, corpus in parsers():
        found = ROOT / "var" / "fuzz" / name
        found.mkdir(parents=True, exist_ok=True)
        command = [
            str(FUZZ_DIR / "tests" / "fuzz" / f"fuzz_{name}"),
            f"-max_total_time={FUZZ_SECONDS}", "-timeout=10", "-rss_limit_mb=1024",
            "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={found}/crash-",
        ]
        words = ROOT / "tests" / "fuzz" / "dict" / f"{name}.dict"
        if words.exists():
            command.append(f"-dict={words}")
        new = found / "corpus"
        new.mkdir(exist_ok=True)
        yield Job(f"fuzz_{name}", [*command, str(new), str(corpus)], tap=False,
                  seconds=FUZZ_SECONDS + 120, env=SANITIZERS)


def npm_scripts(folder):
    package = folder / "package.json"
    return json.loads(package.read_text()).get("scripts", {}) if package.exists() else {}


def web_jobs():
    web = ROOT / "web"
    scripts = npm_scripts(web)
    if "check" in scripts:
        yield Job("types", ["npm", "run", "--silent", "check"], tap=False, seconds=300, cwd=web)
    if "test" in scripts:
        yield Job("web", ["npm", "run", "--silent", "test"], seconds=300, cwd=web,
                  env={"TEST_REPORTER": "tap"})


def product_env():
    """What tests of the whole program find: the binary under the sanitizers."""
    return {**SANITIZERS, "DOORWARD_BIN": str(ASAN_DIR / "doorward"), "DOORWARD_ROOT": str(ROOT)}


def node_jobs(folder, seconds):
    """One node process for each *.test.ts of tests/<folder>, compiled to tests/dist/<folder>."""
    for source in sorted((ROOT / "tests" / folder).glob("**/*.test.ts")):
        program = (ROOT / "tests" / "dist" / source.relative_to(ROOT / "tests")).with_suffix(".mjs")
        yield Job(source.stem, ["node", "--test", "--test-reporter=tap", str(program)],
                  seconds=seconds, env=product_env())


def integration_jobs():
    yield Job("types", [str(ROOT / "web/node_modules/.bin/tsc"), "-p", "tests"], tap=False)
    yield from node_jobs("integration", 600)


def race_jobs():
    """The threads of the auditor and of the scanner, under the thread sanitizer: a race ends the program with 66, which no
    test of the laboratory takes for a report."""
    env = {**product_env(), "DOORWARD_BIN": str(TSAN_DIR / "doorward"),
           "TSAN_OPTIONS": f"exitcode=66 suppressions={ROOT / 'tests' / 'tsan.supp'}"}
    for name in ["check-names", "check-web", "scan", "scan-site"]:
        program = (ROOT / "tests" / "dist" / "integration" / f"{name}.test.mjs")
        yield Job(name, ["node", "--test", "--test-reporter=tap", str(program)], seconds=600, env=env)


def e2e_jobs():
    yield Job("e2e", ["node", "scripts/test.mjs", "../tests/e2e"], seconds=1200,
              cwd=ROOT / "web", env={**product_env(), "TEST_REPORTER": "tap"})


def quality_jobs():
    """Reads the corpora beside the repository when they are there; says so when not."""
    folder = ROOT / "tests" / "quality"
    programs = ASAN_DIR / "tests" / "quality"
    manuals = {"postgresql": "/usr/share/doc/postgresql-doc-15/html",
               "python": "/usr/share/doc/python3.11/html"}
    corpora = Path(os.environ.get("CORPORA_FOLDER", ROOT.parent / "shared" / "corpora"))
    yield Job("squad", [str(programs / "quality_squad"), str(corpora / "squad" / "questions.json")],
              seconds=600, env=SANITIZERS)
    for questions in sorted(folder.glob("*.json")):
        manual = manuals[questions.stem.split("-")[0]]
        yield Job(questions.stem, [str(programs / "quality_manual"), manual, str(questions)],
                  seconds=600, env=SANITIZERS)
    for half in ["tune", "judge"]:
        yield Job(f"scan-{half}", ["python3", "tests/quality/scan/judge.py", str(ASAN_DIR / "doorward"), half],
                  seconds=600, env=SANITIZERS)
    yield Job("scan-trees", ["python3", "tests/quality/scan/trees.py", str(ASAN_DIR / "doorward")], seconds=900, env=SANITIZERS)


def fault_jobs():
    program = ROOT / "tests" / "fault" / "run"
    if program.exists():
        yield Job("fault", [str(program)], seconds=60 * 60 if FAULT_CYCLES > 100 else 900,
                  env={**product_env(), "FAULT_CYCLES": str(FAULT_CYCLES)})


def meson_step(folder, options, environment=None):
    """Commands that bring a build folder up to date."""
    commands = []
    if not (folder / "build.ninja").exists():
        shutil.rmtree(folder, ignore_errors=True)
        commands.append(["meson", "setup", str(folder), str(ROOT), *options])
    commands.append(["ninja", "-k0", "-C", str(folder)])
    return [(command, environment or {}) for command in commands]


def prepare_asan():
    return meson_step(ASAN_DIR, ["-Dci=true", "-Db_sanitize=address,undefined",
                                 "-Db_lundef=false", "--buildtype=debugoptimized"])


def prepare_tsan():
    """The program alone, for the suite that looks for data races."""
    commands = meson_step(TSAN_DIR, ["-Dci=true", "-Db_sanitize=thread", "-Db_lundef=false", "-Dtests=false",
                                     "--buildtype=debugoptimized"])
    return [*commands[:-1], (["ninja", "-k0", "-C", str(TSAN_DIR), "doorward"], {})]


def prepare_fuzz():
    return meson_step(FUZZ_DIR, ["-Dfuzz=true", "-Dtests=false", "-Db_lundef=false",
                                 "--buildtype=debugoptimized"], {"CC": "clang"})


def prepare_web():
    return [(["scripts/deps.sh", "web", "test"], {}), (["make", "--silent", "web"], {})]


def prepare_node():
    return [(["node", "tests/runner/compile.mjs", "integration"], {})]


# "product" is the sanitized program again, now with the web assets in it.
PREPARE = {"asan": prepare_asan, "tsan": prepare_tsan, "fuzz": prepare_fuzz, "web": prepare_web, "product": prepare_asan,
            "node": prepare_node}

SUITES = [
    Suite("lint", "layers, style, static analysis", lint_jobs, ("asan",), seconds=1200),
    Suite("unit", "C unit tests (ASan, UBSan)", unit_jobs, ("asan",), seconds=900),
    Suite("replay", "every corpus file once", replay_jobs, ("asan",), seconds=300),
    Suite("fuzz", f"each parser for {FUZZ_SECONDS} s", fuzz_jobs, ("fuzz",),
          seconds=600 + 60 * FUZZ_SECONDS),
    Suite("web", "widget: types and units", web_jobs, ("web",), seconds=600),
    Suite("integration", "the whole program over its API", integration_jobs,
          ("web", "product", "node"), seconds=2400),
    Suite("race", "the auditor's and the scanner's threads (TSan)", race_jobs, ("web", "tsan", "node"), seconds=1200),
    Suite("e2e", "journeys in a real browser", e2e_jobs, ("web", "product"), seconds=1200, workers=1),
    Suite("quality", "search and answers on real documents, secrets in a labelled set", quality_jobs, ("asan",), seconds=900),
    Suite("fault", "kill -9, full disk, bad peers", fault_jobs, ("web", "product"),
          seconds=1200 if FAULT_CYCLES <= 100 else 2 * 60 * 60, workers=1),
]

# The file or folder without which a suite is not listed yet.
MARKS = {"replay": "tests/fuzz/corpus", "fuzz": "tests/fuzz/corpus", "web": "web/package.json",
         "integration": "tests/integration", "e2e": "tests/e2e",
         "quality": "tests/quality/manual.c", "fault": "tests/fault/run"}


def exists(suite):
    return (ROOT / MARKS.get(suite.name, ".")).exists()
