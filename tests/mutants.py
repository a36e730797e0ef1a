"""Change the code in small ways, one at a time, and see which changes no test notices.

    ./loopweave mutants                          100 changes of latent, training and session
    ./loopweave mutants --sample 30 --seed 2 latent/palette.py session/worker.py

The changes are made by cosmic-ray's operators; which are tried is decided by the seed. Its own runner
judges all of them, one after the other, by one command for all modules, which takes a day here. So each
change is judged by the tests of its module alone (those that import it, else those of who imports it), the
quickest first, in a copy of the code, on all cores, until the time is up. Numbers outside functions, which
tune a model or its training, are left alone, and so are annotations, protocols, the log, the strictness of
`zip`, how plots look, and what a progress bar shows.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
PACKAGE, ROOMS = "blender_app", ("latent", "training", "session")
COPIED = (PACKAGE, "tests", "pyproject.toml")
TEST_TIMEOUT_S = 120.0
SMALL_TESTS = 3
"""Of who imports a module that has no tests of its own, files of tests that judge it."""
PATIENCE_MS = "10000"
"""How long a test waits for what a mutant may never let happen; at least four times what is needed."""
NEAREST = {
    "session/anchors.py": "anchors",
    "session/clips.py": "clips",
    "session/commands.py": "commands parts",
    "session/controller.py": "wiring parts controller_engine",
    "session/crossfade.py": "crossfade",
    "session/decoding.py": "decoding worker",
    "session/devices.py": "devices parts",
    "session/dice.py": "palettes",
    "session/session.py": "values session document",
    "session/edits/band.py": "edits editing",
    "session/edits/clips.py": "track_editing",
    "session/edits/corners.py": "edits editing track_editing lengths",
    "session/edits/morph.py": "edits track_editing",
    "session/edits/place.py": "edits editing track_editing",
    "session/edits/tracks.py": "edits track_editing document",
    "session/engine_link.py": "engine_link parts",
    "session/exchange.py": "exchange",
    "session/export.py": "export values exchange",
    "session/file_tracks.py": "files session_format",
    "session/file_versions.py": "file_version_1 file_versions",
    "session/files.py": "files session_format",
    "session/filing.py": "filing parts",
    "session/messages.py": "parts",
    "session/morphing.py": "morphing anchors",
    "session/new_tracks.py": "session track_editing",
    "session/palettes.py": "palettes parts",
    "session/path.py": "path anchors values",
    "session/performance.py": "performance",
    "session/playback.py": "playback parts",
    "session/played.py": "played values parts",
    "session/recovery.py": "values recovery",
    "session/remembered.py": "parts devices",
    "session/requests.py": "requests values palettes parts worker",
    "session/settings.py": "settings",
    "session/splicing.py": "splicing",
    "session/status.py": "values devices palettes",
    "session/document.py": "document editing",
    "session/track.py": "values session",
    "session/undo.py": "track_editing editing document",
    "session/worker.py": "worker",
}
"""Modules of which many tests know, and the quick files of tests that are about them."""
NURSERY = """
import json, os, signal, sys, time
import numpy, pytest, safetensors.torch, torch, PySide6.QtWidgets
for line in sys.stdin:
    limit_s, arguments = json.loads(line)
    child = os.fork()
    if not child:
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(null, stream)
        code = 1
        try:
            code = pytest.main(arguments)
        finally:
            os._exit(int(code))
    end_s, ended = time.monotonic() + limit_s, 0
    while not ended and time.monotonic() < end_s:
        time.sleep(0.01)
        ended, status = os.waitpid(child, os.WNOHANG)
    if not ended:
        os.killpg(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    print(status, flush=True)
"""
"""A process that has the large libraries, which take seconds, and from which each run of tests is forked."""
_PAIRS = {
    "ReplaceComparisonOperator": "Eq_NotEq NotEq_Eq Lt_LtE LtE_Lt Gt_GtE GtE_Gt Lt_Gt Gt_Lt LtE_GtE GtE_LtE "
    "Is_IsNot IsNot_Is",
    "ReplaceBinaryOperator": "Add_Sub Sub_Add Mul_Div Div_Mul FloorDiv_Mul Mod_Add Pow_Mul BitAnd_BitOr "
    "BitOr_BitAnd",
    "ReplaceUnaryOperator": "USub_UAdd Delete_Not Delete_Invert",
}
_SINGLE = (
    "AddNot ReplaceTrueWithFalse ReplaceFalseWithTrue ReplaceAndWithOr ReplaceOrWithAnd "
    "ReplaceBreakWithContinue ReplaceContinueWithBreak NumberReplacer ZeroIterationForLoop"
)
OPERATORS = (
    *_SINGLE.split(),
    *(f"{name}_{pair}" for name, pairs in _PAIRS.items() for pair in pairs.split()),
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """The `occurrence`-th place in a module (a path below the root) at which an operator can change it."""

    module: Path
    operator: str
    occurrence: int
    line: int
    column: int

    def code(self) -> str | None:
        """Return the changed module, None if nothing that runs was changed."""
        source = (ROOT / self.module).read_text(encoding="utf-8")
        changed = mutate_code(source, _operator(self.operator), self.occurrence)
        if changed is None:
            return None
        try:
            same = _without_annotations(source) == _without_annotations(changed)
        except SyntaxError:
            return None
        return None if same else changed

    def describe(self, code: str) -> str:
        """Return where the mutant is, what was there and what is there now."""
        before = (ROOT / self.module).read_text(encoding="utf-8").splitlines()
        after = code.splitlines()
        lines = [(old.strip(), new.strip()) for old, new in zip(before, after, strict=False) if old != new]
        old, new = lines[0] if lines else ("", "")
        return f"{self.module}:{self.line}: {self.operator}\n    - {old}\n    + {new}"


def _operator(name: str) -> object:
    """Return one of cosmic-ray's operators."""
    return get_operator(f"core/{name}")()


_NUMBER = r"\s*-?\s*[\d.]+"
_NO_BEHAVIOUR = re.compile(
    r", (strict|slots)=(True|False)"  # `zip` refuses what never happens, and values are lean
    rf"|\b(markersize|linewidth|fontsize|alpha|dpi)={_NUMBER}(?=[,)])"  # how plots look
    r"|, frameon=(True|False)"
    r"|^ *bar( =|\.).*$"  # what a progress bar shows
    rf"|(?<=reshape\()-{_NUMBER}",  # NumPy takes any number below zero for the size that is left
    re.MULTILINE,
)
"""Parts of the code that tests need not notice."""


DRAWN = {"random", "rand", "rand_like"}
"""Functions whose numbers, drawn by chance, are as good as never just the limit they are compared with."""


class _Bare(ast.NodeTransformer):
    """Takes away what has no behaviour of its own.

    Annotations, which nobody looks at; what only type checkers see (imports for them, protocols); what is
    written to the log.
    """

    def visit_If(self, node: ast.If) -> ast.AST:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        if any(ast.unparse(base) == "Protocol" for base in node.bases):
            return ast.Pass()
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        if ast.unparse(node.func).startswith("_log."):
            return ast.Constant(0)
        return self.generic_visit(node)

    def visit_arguments(self, node: ast.arguments) -> ast.arguments:
        self.generic_visit(node)
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.defaults = [*node.defaults, *filter(None, node.kw_defaults)]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = (
            [],
            [],
            [],
        )  # how they may be passed is no behaviour
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
        if any(isinstance(call, ast.Attribute) and call.attr in DRAWN for call in calls):
            node.ops = [{ast.LtE: ast.Lt(), ast.GtE: ast.Gt()}.get(type(each), each) for each in node.ops]
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AnnAssign:
        self.generic_visit(node)
        node.annotation = ast.Constant(0)
        return node


def _without_annotations(source: str) -> str:
    return ast.dump(_Bare().visit(ast.parse(_NO_BEHAVIOUR.sub("", source))))


def mutants_of(module: Path) -> Iterator[Mutant]:
    """Yield all mutants of a module."""
    source = (ROOT / module).read_text(encoding="utf-8")
    inside = _lines_of_functions(source)
    tree = get_ast(source)
    for name in OPERATORS:
        operator = _operator(name)
        places = [place for node in ast_nodes(tree) for place in operator.mutation_positions(node)]
        for occurrence, ((line, column), _) in enumerate(places):
            if name != "NumberReplacer" or line in inside:
                yield Mutant(module, name, occurrence, line, column)


def _lines_of_functions(source: str) -> set[int]:
    """Return the lines of functions' bodies."""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {line for node in functions for line in range(node.body[0].lineno, (node.end_lineno or 0) + 1)}


def sample(modules: Sequence[Path], size: int, seed: int) -> list[Mutant]:
    """Return `size` mutants at different places, decided by the seed."""
    places: dict[tuple[Path, int, int], list[Mutant]] = {}
    for module in modules:
        for mutant in mutants_of(module):
            places.setdefault((mutant.module, mutant.line, mutant.column), []).append(mutant)
    chance = random.Random(seed)
    order = sorted(places)
    chance.shuffle(order)
    chosen: list[Mutant] = []
    for place in order:
        if len(chosen) == size:
            break
        mutant = chance.choice(places[place])
        if mutant.code() is not None:
            chosen.append(mutant)
    return chosen


# -- which tests judge a module ---------------------------------------------------------------------


class Judges:
    """The tests of each module, by name or by what they import, else those of the modules that import it."""

    def __init__(self) -> None:
        self._tests = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("tests/*/test_*.py")}
        self._modules = {path: path.read_text(encoding="utf-8") for path in ROOT.glob(f"{PACKAGE}/**/*.py")}

    def of(self, module: Path) -> list[str]:
        """Return the files of tests that judge a module, the nearest first."""
        room = module.parts[1]
        nearest = NEAREST.get("/".join(module.parts[1:]))
        if nearest is not None:
            files = [f"tests/{room}/test_{name}.py" for name in nearest.split()]
            return [file for file in files if (ROOT / file).exists()]
        asked, seen = [ROOT / module], {ROOT / module}
        while asked:
            own = ROOT / "tests" / room / f"test_{module.stem}.py"
            found = [
                path
                for path, text in self._tests.items()
                if path == own or any(_imports(text, each) for each in asked)
            ]
            if found:
                near = [path for path in found if path.parent.name == room] or found
                near.sort(key=lambda path: (path != own, len(self._tests[path])))
                first = asked[0] == ROOT / module
                return [str(path.relative_to(ROOT)) for path in (near if first else near[:SMALL_TESTS])]
            asked = [
                path
                for path, text in self._modules.items()
                if path not in seen and any(_imports(text, each) for each in asked)
            ]
            seen.update(asked)
        return [f"tests/{room}"]


def _imports(text: str, module: Path) -> bool:
    """Say whether a text imports a module."""
    parts = module.relative_to(ROOT).with_suffix("").parts
    folder, name = r"\.".join(parts[:-1]), parts[-1]
    whole = rf"{folder}\.{name}\b"
    member = rf"from {folder} import (\([^)]*|[^(\n]*)\b{name}\b"
    return re.search(f"{whole}|{member}", text) is not None


# -- judging ----------------------------------------------------------------------------------------


class Judge:
    """A copy of the code in which one mutant after the other is tried."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for entry in ROOT.iterdir():
            if entry.name in COPIED:
                copy = shutil.copytree if entry.is_dir() else shutil.copy
                copy(entry, folder / entry.name)
            elif not entry.name.startswith("."):
                (folder / entry.name).symlink_to(entry)
        self._stamp = int(time.time())
        environment = os.environ | {
            "PYTHONPATH": str(self.folder),
            "QT_QPA_PLATFORM": "offscreen",
            "OMP_NUM_THREADS": "1",
            "LOOPWEAVE_TEST_WAIT_MS": PATIENCE_MS,
        }
        self._nursery = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """Let the process end that runs the tests."""
        self._nursery.communicate()

    def passes(self, tests: Sequence[str]) -> bool:
        """Say whether tests pass; what takes too long does not."""
        options = ["-x", "-q", "-p", "no:cacheprovider", "-m", "not jack and not house"]
        asked, answers = self._nursery.stdin, self._nursery.stdout
        asked.write(json.dumps([TEST_TIMEOUT_S, [*options, *tests]]) + "\n")
        asked.flush()
        return int(answers.readline()) == 0

    def lives(self, mutant: Mutant, code: str, tests: Sequence[str]) -> bool:
        """Say whether a mutant passes its tests."""
        path = self.folder / mutant.module
        source = path.read_text(encoding="utf-8")
        try:
            self._write(path, code)
            return self.passes(tests)
        finally:
            self._write(path, source)

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, encoding="utf-8")
        self._stamp += 1  # or Python would take the bytecode of a text of the same length and second
        os.utime(path, (self._stamp, self._stamp))


class Run:
    """A sample being judged by several threads until the time is up."""

    def __init__(self, mutants: Sequence[Mutant], minutes: float) -> None:
        self._queue: SimpleQueue[Mutant] = SimpleQueue()
        for mutant in mutants:
            self._queue.put(mutant)
        self._tests = Judges()
        self._end_s = time.monotonic() + 60.0 * minutes
        self._lock = threading.Lock()
        wanted = {test for mutant in mutants for test in self._tests.of(mutant.module)}
        self._unchecked: SimpleQueue[str] = SimpleQueue()
        for test in sorted(wanted):
            self._unchecked.put(test)
        self._took_s: dict[str, float] = {}
        self.judged, self.living, self.broken = 0, [], []

    def work(self, folder: Path, all_checked: threading.Barrier) -> None:
        """Judge one mutant after the other in a copy of the code; but first the tests must pass as it is."""
        judge = Judge(folder)
        try:
            for test in _emptied(self._unchecked):
                started = time.monotonic()
                if not judge.passes([test]):
                    self.broken.append(test)
                self._took_s[test] = time.monotonic() - started
            all_checked.wait()
            for mutant in _emptied(self._queue):
                if self.broken or time.monotonic() > self._end_s:
                    return
                self._try(mutant, judge)
        finally:
            judge.close()

    def _try(self, mutant: Mutant, judge: Judge) -> None:
        """Judge a mutant by its tests, the quickest first."""
        code = mutant.code()
        lives = judge.lives(mutant, code, sorted(self._tests.of(mutant.module), key=self._took_s.__getitem__))
        with self._lock:
            self.judged += 1
            if lives:
                self.living.append(mutant)
                sys.stdout.write(f"lives: {mutant.describe(code)}\n")
                sys.stdout.flush()


def _emptied(queue: SimpleQueue[T]) -> Iterator[T]:
    """Yield what is in a queue until it is empty."""
    with suppress(Empty):
        while True:
            yield queue.get_nowait()


def main() -> int:
    """Judge a sample, print the mutants that live and how many they are; 1 if more than one in ten."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("modules", nargs="*", help=f"files below {PACKAGE}/; by default all of three rooms")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="how many (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="decides which (%(default)s)")
    parser.add_argument("--minutes", type=float, default=9.0, metavar="N", help="time limit (%(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="at once (%(default)s)"
    )
    options = parser.parse_args()
    named = [ROOT / PACKAGE / module for module in options.modules]
    paths = named or [path for room in ROOMS for path in sorted((ROOT / PACKAGE / room).glob("**/*.py"))]
    mutants = sample([path.relative_to(ROOT) for path in paths], options.sample, options.seed)
    run = Run(mutants, options.minutes)
    with tempfile.TemporaryDirectory() as folder:
        copies = [Path(folder) / str(number) for number in range(options.jobs)]
        for copy in copies:
            copy.mkdir()
        all_checked = threading.Barrier(len(copies))
        threads = [threading.Thread(target=run.work, args=(copy, all_checked)) for copy in copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if run.broken:
        print(f"these tests do not pass as it is: {' '.join(run.broken)}")
        return 2
    share = len(run.living) / max(1, run.judged)
    print(f"{len(run.living)} of {run.judged} mutants live ({share:.0%}); {len(mutants)} were chosen")
    return int(share > 0.1)


if __name__ == "__main__":
    sys.exit(main())
