"""What in the text of the answers an instructor should look at. Nothing is run, and no score depends on it.

The exercises are done with pandas and this module. Code that goes beyond (other programs, files, the
checking itself) may be curiosity or a habit; it is named so that a person can look. It is a list of
words, so it finds what is written plainly and not what is hidden on purpose: the sandbox is the wall.
"""

import ast
import re

from .cleaning import acts

USUAL = set("""pandas numpy matplotlib seaborn scipy statsmodels plotly krippendorff ipywidgets IPython fivereadings math statistics decimal
    fractions random datetime calendar time re string textwrap unicodedata itertools functools operator collections copy csv json typing
    pprint warnings __future__""".split())
INNER = {"IPython.core", "fivereadings.answers", "fivereadings.build", "fivereadings.checking", "fivereadings.grading", "fivereadings.places"}
GIVEN = {"check", "cite", "load", "show", "pd"}  # what the exercise itself imports
SETTINGS = {"options", "rcParams"}
CALLS = {"expect", "get_ipython", "exec", "eval", "compile", "__import__", "globals", "setattr", "delattr", "__builtins__"}
DEEP = {"os", "sys", "subprocess", "builtins", "importlib", "ctypes", "shutil", "socket"}  # as in pd.io.common.os
HARMLESS = {"__name__", "__doc__", "__version__"}
PLACES = re.compile(r"solutions[/\\]|key\.json|gradebook|rubric\.csv|accept\.csv|own-copies|/proc/|/etc/|\.ssh|fivereadings\.answer\+json", re.I)
ACTIVE = re.compile(r"<\s*(?:script|iframe|object|embed|form)\b|<[^>]*\bon(?:error|load|click)\s*=|javascript:", re.I)
COMMAND = re.compile(r"^\s*(?:[\w, ]+=\s*)?(?:!|%%|%(?!matplotlib\b|time\b|timeit\b|precision\b|config\b)\w)")
MOST = 4  # things or cells that are named
LONGEST = 80  # letters of one of them: names are the student's own


def looks(notebook) -> list[str]:
    """Return at most two lines on the answer cells of a notebook: what its code goes beyond, which texts could act in a browser."""
    found, texts = {}, []
    for cell in notebook.cells:
        about = cell.metadata.get("nbgrader", {})
        if about.get("solution") and cell.cell_type == "code":
            if things := beyond(cell.source):
                found[about["grade_id"]] = things
        elif about.get("solution") and acts(cell.source):
            texts.append(about["grade_id"])
    things = list(dict.fromkeys(thing for several in found.values() for thing in several))
    lines = [f"the code in {_some(list(found))} {_some(things)}. No exercise asks for that: please look at it"] if found else []
    return lines + [f"the text in {_some(texts)} holds HTML, a picture or a link that could act in a browser. It is shown as it was typed"] * bool(texts)


def beyond(source: str) -> list[str]:
    """Return what the code of an answer does beyond an exercise, in words: `imports os`, `opens a file`."""
    found = ["gives a command to the system or the notebook"] * any(map(COMMAND.match, source.splitlines()))
    for tree in _trees(source):
        if tree is None:
            return ["is nested too deeply to be read"]
        nodes = list(ast.walk(tree))
        modules = [module for node in nodes for module in _modules(node)]
        if foreign := [module for module in modules if _foreign(module)]:
            found.append(f"imports {_some(list(dict.fromkeys(foreign)), 'and')}")
        names = GIVEN | {module.partition(".")[0] for module in modules}
        found += [thing for node in nodes if (thing := _thing(node, names))]
    return [thing if len(thing) <= LONGEST else f"{thing[:LONGEST]}…" for thing in dict.fromkeys(found)]


def _foreign(module: str) -> bool:
    parts = module.split(".")
    return parts[0] not in USUAL or ".".join(parts[:2]) in INNER or parts[-1] in DEEP


def _trees(source: str):
    """Yield the code as a tree; where it is not Python as a whole, each line that is; None for what cannot be held."""
    try:
        yield ast.parse(source)
    except SyntaxError:
        for line in source.splitlines():
            try:
                yield ast.parse(line.strip())
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                pass
    except ValueError:  # NUL or half characters, which Python does not run either
        pass
    except (RecursionError, MemoryError):
        yield None


def _modules(node) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module or ''}.{name.name}" if node.module in ("fivereadings", None) or name.name in DEEP else node.module for name in node.names]
    return []


def _thing(node, names: set[str]) -> str:
    """Return what one part of the code does that no exercise asks for, or ""."""
    if isinstance(node, ast.ClassDef) or isinstance(node, ast.Call) and _name(node.func) == "type" and len(node.args) > 1:
        return "defines a class"
    if isinstance(node, ast.FunctionDef) and node.name in GIVEN or isinstance(node, ast.Name) and node.id in GIVEN and not isinstance(node.ctx, ast.Load):
        return f"gives {_name(node) or node.name} another meaning"
    if isinstance(node, ast.Name) and node.id in CALLS | {"open"}:
        return "opens a file" if node.id == "open" else f"uses {node.id}"
    if isinstance(node, ast.Attribute):
        parts = _parts(node)
        if not isinstance(node.ctx, ast.Load) and parts[0] in names and SETTINGS.isdisjoint(parts):
            return f"changes {'.'.join(parts)}"
        if node.attr in DEEP or node.attr.startswith("__") and node.attr.endswith("__") and node.attr not in HARMLESS:
            return f"uses .{node.attr}"
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if place := PLACES.search(node.value):
            return f"names {place[0]}"
        return "holds HTML that could act in a browser" if ACTIVE.search(node.value) else ""
    return ""


def _name(node) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _parts(node) -> list[str]:
    """Return `pd.DataFrame.query` as its words; the first is "" where it does not begin with a name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [_name(node), *reversed(parts)]


def _some(words: list[str], last: str = "") -> str:
    if len(words) > MOST:
        return f"{', '.join(words[:MOST])} and {len(words) - MOST} more"
    return f"{', '.join(words[:-1])} {last} {words[-1]}" if last and len(words) > 1 else ", ".join(words)
