"""What a program leaves without annotations: found from its calls and returns, and checked as if it were written."""

from ptc_cli.check.inside.inference.inference import Recheck, infer, not_inferred, settle_results

__all__ = ["Recheck", "infer", "not_inferred", "settle_results"]
