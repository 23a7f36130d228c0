"""JSON answers."""

from __future__ import annotations

import json

from starlette.responses import JSONResponse

from ptc_cli.core.jsonvalue import JsonValue


class Json(JSONResponse):
    """JSON in ASCII: programs print half characters too, which UTF-8 cannot say."""

    def render(self, content: JsonValue) -> bytes:
        """Return the text."""
        return json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
