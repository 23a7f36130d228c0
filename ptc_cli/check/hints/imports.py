"""Where the names of the standard library live that programs use most, and forget to import."""

from __future__ import annotations

_NAMES = {
    "collections": "ChainMap Counter OrderedDict defaultdict deque namedtuple",
    "concurrent.futures": "ThreadPoolExecutor as_completed",
    "contextlib": "closing contextmanager nullcontext suppress",
    "copy": "deepcopy",
    "dataclasses": "asdict dataclass field",
    "datetime": "date timedelta timezone",
    "decimal": "Decimal",
    "difflib": "SequenceMatcher get_close_matches",
    "enum": "Enum IntEnum StrEnum auto",
    "fractions": "Fraction",
    "functools": "cache lru_cache partial reduce wraps",
    "io": "BytesIO StringIO",
    "itertools": "accumulate batched chain combinations count groupby islice pairwise permutations product zip_longest",
    "math": "ceil floor isclose log sqrt",
    "operator": "attrgetter itemgetter",
    "pathlib": "Path",
    "pprint": "pprint",
    "statistics": "mean median stdev",
    "textwrap": "dedent",
    "time": "sleep",
    "typing": "Any Callable Literal NamedTuple Optional TypedDict Union cast",
    "urllib.parse": "parse_qs quote urlencode urljoin urlparse",
    "uuid": "uuid4",
    "zoneinfo": "ZoneInfo",
}
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}


def import_of(name: str) -> str | None:
    """Return the line that a program lacks which uses a name; None where it is not known."""
    if name == "datetime":
        return "from datetime import datetime"
    return f"from {_HOMES[name]} import {name}" if name in _HOMES else None
