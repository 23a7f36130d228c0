from ptc_cli.core.check import Diagnostic
def lacking(source: str) -> tuple[Diagnostic, ...]:
    return ()
