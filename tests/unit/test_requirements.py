from __future__ import annotations

from pathlib import Path

import pytest

from tests.requirements import PROMISES

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("promise", PROMISES)
def test_every_promise_has_a_test(promise: str) -> None:
    for name in PROMISES[promise]:
        path = TESTS / name
        files = [path] if path.is_file() else list(path.glob("test_*.py"))
        assert any("def test_" in file.read_text(encoding="utf-8") for file in files), f"nothing in {name}"


def test_every_integration_test_keeps_a_promise() -> None:
    kept = {name for names in PROMISES.values() for name in names}
    folders = {Path(name).parent.as_posix() if name.endswith(".py") else name for name in kept}
    for path in (TESTS / "integration").rglob("test_*.py"):
        name = path.relative_to(TESTS).as_posix()
        assert name in kept or path.parent.relative_to(TESTS).as_posix() in folders, f"{name} keeps no promise"
