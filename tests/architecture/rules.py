"""The rules of the house that ruff and import-linter cannot say.

Each rule takes a file's name and text and gives what is wrong, a line for each fault.
"""

import ast
import re
from collections.abc import Iterator

HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")

# Who may import what; a folder stands for all that lies in it.
DOORS = {
    "telegram": ("bot/telegram/",),
    "fastapi": ("bot/web/", "console/"),
    "starlette": ("bot/web/", "console/"),
    "rasa_sdk": ("actions/",),
}

# Python that has to know Chinese words because it reads them in what people or sources wrote.
# A file with no words listed may know any.
READERS_OF_CHINESE: dict[str, frozenset[str]] = {
    "services/masking/numbers.py": frozenset(),  # spoken digits, plates, what leads to a number
    "services/masking/marks.py": frozenset(),  # the marks put there
    "services/hours/times.py": frozenset(),  # how times of the day are written
    "services/hours/reading.py": frozenset(),  # how days and hours are written
    "services/rest_stops/importing/values.py": frozenset(),  # marks of dates and degrees
    "services/rights.py": frozenset({"全国"}),  # how content/rights/ calls the whole country
}

# The edges: each turns whatever went wrong into words, once.
EDGES = (
    *("actions/base.py", "bot/pipeline.py", "bot/telegram/intake.py", "bot/web/app.py"),
    "console/app.py",
)

BUILDERS = frozenset(
    {"create_async_engine", "create_engine", "make_engine", "async_sessionmaker", "make_sessions"}
    | {"FastAPI", "Starlette", "create_app", "Application", "Bot", "Settings", "Library", "load"}
    | {"AsyncClient", "Client", "Session", "AsyncIOScheduler", "BackgroundScheduler", "connect"}
)

LONGEST = 300
LONGEST_TEST = 400

# Written in pieces, or this file would break its own rule.
HOSTS = re.compile(
    "|".join(
        (
            r"pypi\." + "org",
            r"pythonhosted\." + "org",
            r"registry\.(?:npmjs|yarnpkg)\.",
            r"deb\." + r"debian\.",
            r"security\." + r"debian\.",
            r"archive\." + r"ubuntu\.",
            r"mirrors?\.[a-z0-9-]+\.(?:com|cn|edu|org|net)",
            r"index\." + "crates",
        )
    )
)
PLACES = re.compile(r"(?<![\w.:/~*})-])/(?:work|root|tmp|home/\w+|Users/\w+)/[\w.]")


def no_commit(name: str, text: str) -> Iterator[str]:
    """Services neither open nor end a transaction: the edge does."""
    if not name.startswith("services/"):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
            yield f"{name}:{node.lineno}: .{node.attr} belongs to the edge"
        if isinstance(node, ast.alias) and node.name == "transaction":
            yield f"{name}:{node.lineno}: the edge opens the transaction"


def imports_at_the_doors(name: str, text: str) -> Iterator[str]:
    """Each framework stays in its folder."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            modules = [node.module or ""]
        else:
            continue
        for module in modules:
            doors = DOORS.get(module.split(".")[0])
            if doors and not name.startswith(doors):
                yield f"{name}:{node.lineno}: {module} is imported in {' and '.join(doors)} only"


def no_chinese(name: str, text: str) -> Iterator[str]:
    """A sentence that a person reads lives in content/messages/ or a template."""
    known = READERS_OF_CHINESE.get(name)
    if known is not None and not known:
        return
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) in docstrings or node.value in (known or ()) or not HAN.search(node.value):
            continue
        # An escape such as \u4e00, a bound of a range of characters, is no sentence.
        if HAN.search(ast.get_source_segment(text, node) or ""):
            yield f"{name}:{node.lineno}: {node.value[:20]!r} belongs into content/messages/"


def nothing_built_at_import(name: str, text: str) -> Iterator[str]:
    """`__main__` builds clients, engines and apps, and hands them down."""
    for node in _run_at_import(ast.parse(text).body):
        if isinstance(node, ast.Call) and _called(node) in BUILDERS:
            yield f"{name}:{node.lineno}: {_called(node)}() runs when the module is imported"


def narrow_excepts(name: str, text: str) -> Iterator[str]:
    """Only an edge catches whatever comes; others may clean up and raise it again."""
    found = [node for node in ast.walk(ast.parse(text)) if _swallows_all(node)]
    for node in found[1:] if name in EDGES else found:
        yield f"{name}:{node.lineno}: catches every exception"


def short_files(name: str, text: str) -> Iterator[str]:
    """Past the limit a file is split, by noun. A migration is a record and stays as it was."""
    if name.startswith("db/migrations/versions/"):
        return
    limit = LONGEST_TEST if name.startswith("tests/") else LONGEST
    lines = len(text.splitlines())
    if lines > limit:
        yield f"{name}: {lines} lines, at most {limit}"


def loud_relationships(name: str, text: str) -> Iterator[str]:
    """What was not loaded on purpose must not load itself."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and _called(node) == "relationship":
            lazy = {key.arg: key.value for key in node.keywords}.get("lazy")
            if not (isinstance(lazy, ast.Constant) and lazy.value == "raise"):
                yield f'{name}:{node.lineno}: this relationship needs lazy="raise"'


def no_host_or_place(name: str, text: str) -> Iterator[str]:
    """No registry and no folder of somebody's machine is written into the project."""
    for number, line in enumerate(text.splitlines(), 1):
        for found in (HOSTS.search(line), PLACES.search(line)):
            if found:
                yield f"{name}:{number}: names {found[0]}"


def documented_settings(fields: list[str], readme: str) -> Iterator[str]:
    """Every setting stands in the table of the README."""
    for field in fields:
        setting = f"YIZHAN_{field.upper()}"
        if not re.search(rf"\b{setting}\b", readme):
            yield f"{setting} is not in the table of settings"


def _run_at_import(body: list[ast.stmt]) -> Iterator[ast.AST]:
    waiting: list[ast.AST] = [node for node in body if not _is_main_guard(node)]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            # The body runs later, but decorators and defaults run now.
            waiting += getattr(node, "decorator_list", [])
            waiting += [
                default for default in node.args.defaults + node.args.kw_defaults if default
            ]
        else:
            waiting += ast.iter_child_nodes(node)


def _is_main_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.dump(node.test)


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _swallows_all(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return _called(node) == "suppress" and any(_is_broad(kind) for kind in node.args)
    if not isinstance(node, ast.ExceptHandler) or not _is_broad(node.type):
        return False
    last = node.body[-1]
    return not (isinstance(last, ast.Raise) and last.exc is None)


def _is_broad(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(_is_broad(one) for one in kind.elts)
    return kind is None or ast.unparse(kind).split(".")[-1] in {"Exception", "BaseException"}
