"""What was learned of results, by server: in memory, and on disk for the next process."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ptc_cli.core.catalog import Tool
from ptc_cli.core.codec import from_json, to_json
from ptc_cli.core.files import locked, replace_file
from ptc_cli.core.jsonvalue import canonical, digest
from ptc_cli.core.learned import LearnedResult
from ptc_cli.core.server import ServerConfig
from ptc_cli.core.settings import StubSettings
from ptc_cli.engine.cache import FileStamp, file_stamp
from ptc_cli.learn import fold, joined, settled

if TYPE_CHECKING:
    from ptc_cli.core.call import ToolResult

MAX_SERVER_BYTES = 4 << 20
"""Of one server's tools together; what is longest is forgotten first."""

_PATIENCE_SECONDS = 0.2
"""Writing takes less; whoever holds the lock for longer is not waited for."""

_Learned = dict[str, LearnedResult]
"""By wire name."""


class LearnedResults:
    """The shapes of results, of every server that may be learned from.

    One file per server, shared by all processes: each adds what it learned itself, under a lock. A file that is
    missing or broken is as good as none; where nothing can be written, what was learned ends with the process.
    """

    def __init__(self, folder: Path, *, settings: StubSettings, secrets: Callable[[], Collection[str]]) -> None:
        self._folder = folder / "learned"
        self._settings = settings
        self._secrets = secrets
        self._known: dict[Path, _Learned] = {}
        self._new: dict[Path, _Learned] = {}
        self._stamps: dict[Path, FileStamp | None] = {}
        self._changed: set[str] = set()

    def of(self, config: ServerConfig) -> Mapping[str, LearnedResult]:
        """Return what is known of a server's results, by wire name, as stubs may show it."""
        if not self._may_learn(config):
            return {}
        return {name: settled(result) for name, result in self._loaded(self._path(config)).items()}

    def take(self, config: ServerConfig, tool: Tool, result: ToolResult) -> None:
        """Learn from a result that a program gets, if nobody says what type it has."""
        if result.is_error or result.is_content or tool.stub.result_source not in ("none", "learned"):
            return
        one = fold(None, result.value, digest=tool.stub.digest)
        if not self._may_learn(config) or self._tells_a_secret(one):
            return
        name, path = tool.spec.name, self._path(config)
        known, new = self._loaded(path), self._new.setdefault(path, {})
        before = known.get(name)
        new[name] = joined(new[name], one) if name in new else one
        known[name] = one if before is None else joined(before, one)
        if before is None or settled(before) != settled(known[name]):
            self._changed.add(config.name)

    def changed(self) -> frozenset[str]:
        """Return the servers whose stubs say less than is known by now, each once; and keep what is known."""
        changed = frozenset(self._changed)
        if changed:
            self._changed.clear()
            self.keep()
        return changed

    def renew(self, configs: Iterable[ServerConfig]) -> None:
        """Take over what other processes learned or forgot since."""
        for config in configs:
            path = self._path(config)
            if path in self._known and path not in self._new and file_stamp(path) != self._stamps.get(path):
                before = self._known.pop(path)
                if self._loaded(path) != before:
                    self._changed.add(config.name)

    def keep(self) -> None:
        """Write down what this process learned since it did so last."""
        for path in list(self._new):
            if self._kept(path, partial(_merged, new=self._new[path])):
                del self._new[path]

    def forget(self, config: ServerConfig, tool: str | None = None) -> tuple[str, ...]:
        """Forget a tool's results, or those of all tools of a server; return the wire names of what was known."""
        return self._forget(config, lambda name, _: tool in (None, name))

    def keep_only(self, config: ServerConfig, digests: Mapping[str, str]) -> None:
        """Forget what was learned of tools that are gone or not what they were."""
        self._forget(config, lambda name, learned: digests.get(name) != learned.digest)

    def _forget(self, config: ServerConfig, is_gone: Callable[[str, LearnedResult], bool]) -> tuple[str, ...]:
        path = self._path(config)
        gone = tuple(name for name, each in self._loaded(path).items() if is_gone(name, each))
        for name in gone:
            self._new.get(path, {}).pop(name, None)
            del self._known[path][name]
        if gone:
            self._kept(path, lambda known: {name: each for name, each in known.items() if name not in gone})
            self._changed.add(config.name)
        return gone

    def _may_learn(self, config: ServerConfig) -> bool:
        return self._settings.learn and config.learn

    def _tells_a_secret(self, learned: LearnedResult) -> bool:
        """Say whether a name of a field holds a secret of ours: a server may answer with what it was sent."""
        text = canonical(learned.schema).decode()
        return any(secret in text for secret in self._secrets())

    def _loaded(self, path: Path) -> _Learned:
        if path not in self._known:
            self._stamps[path] = file_stamp(path)
            self._known[path] = _read(path)
        return self._known[path]

    def _kept(self, path: Path, change: Callable[[_Learned], _Learned]) -> bool:
        """Change what is on disk, whoever else does so too; say whether that could be done."""
        try:
            with locked(path.parent / "lock", patience_seconds=_PATIENCE_SECONDS):
                known = _fitting(change(_read(path)))
                tools = {name: to_json(result) for name, result in known.items()}
                replace_file(path, json.dumps({"tools": tools}, separators=(",", ":")), is_durable=False)
        except OSError:
            return False
        self._known[path] = known
        self._stamps[path] = file_stamp(path)
        return True

    def _path(self, config: ServerConfig) -> Path:
        return self._folder / f"{digest([config.name, config.identity])[:40]}.json"


def _read(path: Path) -> _Learned:
    try:
        kept = json.loads(path.read_bytes())["tools"]
        found = {name: from_json(LearnedResult, each) for name, each in kept.items()}
        for each in found.values():
            settled(each)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return found


def _merged(known: _Learned, new: _Learned) -> _Learned:
    return {**known, **{name: joined(known[name], each) if name in known else each for name, each in new.items()}}


def _fitting(known: _Learned) -> _Learned:
    """Return as much as may be kept, the shortest first."""
    fitting: _Learned = {}
    left = MAX_SERVER_BYTES
    for name, each in sorted(known.items(), key=lambda item: len(canonical(item[1].schema))):
        left -= len(canonical(each.schema))
        if left < 0:
            break
        fitting[name] = each
    return fitting
