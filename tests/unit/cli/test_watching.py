import asyncio
from pathlib import Path

from ptc_cli.cli.watching import changes


async def test_all_files_come_first_and_then_what_changed_or_came_back(tmp_path: Path) -> None:
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("1")
    second.write_text("1")
    seen = changes([str(first), str(second)])

    async with asyncio.timeout(30):
        assert await anext(seen) == [str(first), str(second)]
        second.write_text("10")
        assert await anext(seen) == [str(second)]
        first.unlink()
        coming = asyncio.ensure_future(anext(seen))
        await asyncio.sleep(0.5)
        assert not coming.done()
        (tmp_path / "new").write_text("1")
        (tmp_path / "new").rename(first)
        assert await coming == [str(first)]
