"""Whether values of one type may stand where another type was relied on."""

from __future__ import annotations

from typing import Literal

from ptc_cli.drift.types import ANYTHING, Holder, Member, Module, Record, Scalar, Union, Value

Direction = Literal["argument", "result"]


class Fit:
    """Compares the types of two modules, of which either may lead back to itself.

    Types are judged by the values they hold, and `Any` holds all. Arguments are written down, so a key that is not
    known is too many; a result may have more keys than anybody looks at.
    """

    def __init__(self, narrow: Module, wide: Module, direction: Direction) -> None:
        self._narrow = narrow
        self._wide = wide
        self._is_argument = direction == "argument"
        self._records: dict[tuple[Record, Record], bool] = {}
        """Pairs met so far. Each is taken to fit until it is shown not to."""

    def holds(self, narrow: Union, wide: Union) -> bool:
        """Say whether every value of one type is a value of the other."""
        while True:
            met = len(self._records)
            found = self._fits(narrow, wide)
            if not self._doubted() and len(self._records) == met:
                return found

    def _doubted(self) -> bool:
        """Look at every pair again, and say whether one of them turned out not to fit."""
        wrong = [pair for pair, fits in list(self._records.items()) if fits and not self._record_fits(*pair)]
        self._records.update(dict.fromkeys(wrong, False))
        return bool(wrong)

    def _fits(self, narrow: Union, wide: Union) -> bool:
        if ANYTHING in wide:
            return True
        return all(self._member_fits(member, wide) for member in narrow)

    def _member_fits(self, member: Member, wide: Union) -> bool:
        match member:
            case Scalar(name="Never"):
                return True
            case Scalar(name="bool"):
                both = {each.source for each in wide if isinstance(each, Value)}
                return member in wide or {"True", "False"} <= both
            case Scalar(name=name) | Value(kind=name):
                return member in wide or Scalar(name) in wide or (name == "int" and Scalar("float") in wide)
            case Record():
                return any(self._record_in(member, each) for each in wide)
        return any(self._held_in(member, each) for each in wide)

    def _held_in(self, holder: Holder, wide: Member) -> bool:
        if not isinstance(wide, Holder):
            return False
        if holder.name == "tuple" and wide.name == "list":
            return all(self._fits(item, wide.items[0]) for item in holder.items)
        is_alike = holder.name == wide.name and len(holder.items) == len(wide.items)
        return is_alike and all(map(self._fits, holder.items, wide.items))

    def _record_in(self, record: Record, wide: Member) -> bool:
        if isinstance(wide, Record):
            return self._records.setdefault((record, wide), True)
        if not isinstance(wide, Holder) or wide.name != "dict":
            return False
        return all(self._fits(field.type, wide.items[0]) for field in self._narrow.fields(record).values())

    def _record_fits(self, narrow: Record, wide: Record) -> bool:
        have, want = self._narrow.fields(narrow), self._wide.fields(wide)
        is_known = have.keys() <= want.keys() if self._is_argument else want.keys() <= have.keys()
        needed = {key for key, field in want.items() if field.is_required}
        given = {key for key, field in have.items() if field.is_required}
        common = have.keys() & want.keys()
        return is_known and needed <= given and all(self._fits(have[key].type, want[key].type) for key in common)
