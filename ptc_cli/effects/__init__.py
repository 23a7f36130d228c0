"""What a program can do, known before it runs: which tools it can reach, on which lines, and whether repeatedly.

From the syntax alone, and on the side of caution: where a program lets a server's module go to where its names cannot
be followed, all tools of that server count as reached.
"""

from ptc_cli.effects.listing import effects

__all__ = ["effects"]
