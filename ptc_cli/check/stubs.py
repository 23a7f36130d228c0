"""The stubs that one checker process holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ptc_cli.check.wire import LearnedStub, Update
from ptc_cli.core.catalog import View
from ptc_cli.core.stub import Face, Stub, in_face

_MOST_CHANGED = 8
"""From about here a new process, from its cache, is ready sooner than an old one is brought up to date. What was
learned does not count: a stub that no program uses is not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StubSet:
    """The stubs of a view, in one face."""

    digest: str
    """The view's."""

    face: Face
    scope: tuple[tuple[str, ...], tuple[str, ...]]
    """What the view's caller may see. Only a process of the same scope is brought up to date with another view."""

    texts: Mapping[str, str]
    """Stub text by module, in `face`."""

    learned: Mapping[str, LearnedStub]
    """The stubs with learned result types, in `face`, where anything was learned."""

    @classmethod
    def of(cls, view: View, face: Face) -> StubSet:
        """Return what programs of a face are checked against."""
        return cls(
            digest=view.digest,
            face=face,
            scope=(view.caller.servers, view.caller.tools),
            texts={entry.stub.module: entry.stub.face(face) for entry in view.servers},
            learned={entry.stub.module: each for entry in view.servers if (each := _learned(entry.stub, face))},
        )

    def update_to(self, other: StubSet) -> Update:
        """Return what makes these stubs the other ones."""
        return Update(
            changed={name: text for name, text in other.texts.items() if self.texts.get(name) != text},
            removed=tuple(name for name in self.texts if name not in other.texts),
            learned={name: stub for name, stub in other.learned.items() if self.learned.get(name) != stub},
            forgotten=tuple(name for name in self.learned if name in other.texts and name not in other.learned),
            stubs=other.digest,
        )

    def is_near(self, other: StubSet) -> bool:
        """Say whether a process that holds these may be brought to hold the other ones, and soon will."""
        if (self.face, self.scope) != (other.face, other.scope):
            return False
        update = self.update_to(other)
        return len(update.changed) + len(update.removed) <= _MOST_CHANGED


def _learned(stub: Stub, face: Face) -> LearnedStub | None:
    if stub.learned_source is None:
        return None
    tools = tuple(tool.name for tool in stub.tools if tool.result_source == "learned")
    return LearnedStub(text=in_face(stub.learned_source, face), tools=tools)
