"""An HTTP server for MCP that misbehaves by path. It prints its port, and stops when its input closes."""

from __future__ import annotations

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SESSIONS: set[str] = set()

TOOL = {"name": "ok", "description": "Works.", "inputSchema": {"type": "object"}}


class Odd(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server calls it so
        pass

    def reply(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        if self.path == "/elsewhere":
            self.reply(200, "event: endpoint\ndata: http://example.invalid/messages\n\n", "text/event-stream")
        elif self.path == "/401":
            self.reply(401, "")
        else:
            self.reply(405, "")

    def do_DELETE(self) -> None:
        if self.path == "/clingy":
            threading.Event().wait(30)
        self.reply(200, "")

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        match self.path:
            case "/401" | "/403" | "/500":
                self.reply(int(self.path[1:]), "{}")
            case "/html":
                self.reply(200, "<html><body>Welcome</body></html>", "text/html")
            case "/redirect":
                self.reply(302, "", location="http://example.invalid/mcp")
            case "/hang":
                threading.Event().wait(30)
            case "/forgetful":
                self.forgetful(message)
            case "/breaks":
                self.breaks(message)
            case "/clingy":
                self.handshake(message)
            case "/big" | "/big-events":
                self.handshake(message, text="x" * 50_000_000, as_events=self.path == "/big-events")
            case "/headers":
                self.handshake(message, text=json.dumps(dict(self.headers.items())))
            case _:
                self.reply(404, "not found", "text/plain")

    def forgetful(self, message: dict[str, Any]) -> None:
        """Forget every session after its first call."""
        session = self.headers.get("mcp-session-id")
        if message["method"] == "tools/call" and session not in SESSIONS:
            self.reply(404, "", "text/plain")
            return
        self.handshake(message, text="remembered")
        if message["method"] == "tools/call":
            SESSIONS.clear()

    def breaks(self, message: dict[str, Any]) -> None:
        """Break off in the middle of the answer to a call."""
        if message["method"] != "tools/call":
            self.handshake(message)
            return
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"jsonrpc": "2.0", ')
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handshake(self, message: dict[str, Any], text: str = "done", *, as_events: bool = False) -> None:
        """Answer as an old server does."""
        headers: dict[str, str] = {}
        match message["method"]:
            case "initialize":
                session = f"s{threading.get_ident()}-{len(SESSIONS)}"
                SESSIONS.add(session)
                headers["mcp_session_id"] = session
                info = {"name": "odd", "version": "1"}
                version = message["params"]["protocolVersion"]
                result: dict[str, Any] = {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
            case "tools/list":
                result = {"tools": [TOOL]}
            case "tools/call":
                result = {"content": [{"type": "text", "text": text}]}
            case "notifications/initialized" | "notifications/cancelled":
                self.reply(202, "")
                return
            case _:
                error = {"code": -32000, "message": "Bad Request: Server not initialized"}
                self.reply(400, json.dumps({"jsonrpc": "2.0", "id": None, "error": error}))
                return
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
        if as_events:
            self.reply(200, f"event: message\ndata: {body}\n\n", "text/event-stream", **headers)
        else:
            self.reply(200, body, **headers)


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
