"""Start it: `python -s -P -S PATH/worker/monty PLAN`, in an interpreter that has nothing of ours on its path."""

import sys
from pathlib import Path
from types import ModuleType


def _adopt_package() -> None:
    """Make `ptc_cli.worker` importable without putting the folder around it, with all its packages, on the path."""
    package = ModuleType("ptc_cli")
    package.__path__ = [str(Path(__file__).resolve().parents[2])]
    sys.modules["ptc_cli"] = package


if __name__ == "__main__":
    _adopt_package()
    from ptc_cli.worker.monty.plan import Plan

    plan = Plan.parse(sys.argv[1])
    sys.path.extend(plan.packages)
    # Only now: it imports the package that the plan tells where to find.
    from ptc_cli.worker.monty.child import live

    live(plan)
