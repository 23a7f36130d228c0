"""What a program leaves without annotations: found from its calls and returns, and checked as if it were written."""

from ptc_cli.check.inside.inference.inference import infer, not_inferred

__all__ = ["infer", "not_inferred"]
