"""FastMCP's CodeMode over the servers that the first argument configures; run by an interpreter that has FastMCP."""

from __future__ import annotations

import json
import sys

from fastmcp.experimental.transforms.code_mode import CodeMode  # type: ignore[import-not-found]
from fastmcp.server import create_proxy  # type: ignore[import-not-found]

server = create_proxy(json.loads(sys.argv[1]), name="peer")
server.add_transform(CodeMode(max_tool_calls=None))
server.run(transport="stdio", show_banner=False)
