"""The two faces of a tool's function: called plainly, or awaited."""

from __future__ import annotations

from typing import Literal

Face = Literal["sync", "async"]
