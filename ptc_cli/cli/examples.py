"""An example or more of every command, for its help and for the reference."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "tools list": ("ptc tools list", "ptc tools list github --refresh"),
        "tools show": ("ptc tools show github.search_issues", "ptc tools show github.search_issues --schema"),
        "tools search": ("ptc tools search close a ticket", "ptc tools search weather --detail --limit 3"),
        "tools call": (
            "ptc tools call github.search_issues query=is:open limit=5",
            """ptc tools call github.create_issue title=Bug labels:='["bug"]'""",
            "ptc tools call camera.photo --save pictures",
        ),
        "tools pin-output": ("ptc tools pin-output github.search_issues",),
        "tools forget-output": ("ptc tools forget-output github.search_issues", "ptc tools forget-output --all"),
        "shell": ("ptc shell -c 'ls docs; cat README.md'", "ptc shell -c 'grep -rn \"def create\" tools'"),
        "stubs export": ("ptc stubs export typings", "ptc stubs export typings --face async"),
        "stubs lock": ("ptc stubs lock",),
        "stubs diff": ("ptc stubs diff", "ptc stubs diff --check"),
        "check": (
            "ptc check triage.py",
            "ptc check --effects triage.py",
            "ptc check --watch triage.py",
            "cat triage.py | ptc check -",
            """ptc check -c 'len(github.list_issues(repo="acme/api"))'""",
        ),
        "run": (
            "ptc run triage.py --max-calls 20",
            """ptc run -c 'len(github.list_issues(repo="acme/api"))'""",
            "ptc run report.py --mount sales.csv --keep '*.png'",
        ),
        "repl": ("ptc repl", "echo 'len(github.list_issues())' | ptc repl"),
        "runs list": ("ptc runs list --limit 5",),
        "runs files": ("ptc runs files last", "ptc runs files last plot.png -o .", "ptc runs files last log.txt -o -"),
        "runs show": ("ptc runs show last", "ptc runs show last --json"),
        "runs prune": ("ptc runs prune --days 7",),
        "workspaces list": ("ptc workspaces list",),
        "workspaces remove": ("ptc workspaces remove notes",),
        "servers list": ("ptc servers list",),
        "servers scan": ("ptc servers scan", "ptc servers scan github"),
        "servers test": ("ptc servers test", "ptc servers test github"),
        "servers add": (
            "ptc servers add time -- uvx mcp-server-time",
            "ptc servers add github --url https://api.githubcopilot.com/mcp/"
            " --header 'Authorization=Bearer ${GITHUB_TOKEN}'",
        ),
        "servers remove": ("ptc servers remove time", "ptc servers remove time --user"),
        "servers import": ("ptc servers import --dry-run", "ptc servers import --from cursor"),
        "servers login": ("ptc servers login github", "ptc servers login github --no-browser"),
        "servers logout": ("ptc servers logout github",),
        "servers trust": ("ptc servers trust", "ptc servers trust .mcp.json"),
        "servers grants": ("ptc servers grants",),
        "servers revoke": ("ptc servers revoke github.create_issue",),
        "servers diff": ("ptc servers diff", "ptc servers diff github"),
        "servers approve": ("ptc servers approve github", "ptc servers approve github.create_issue"),
        "servers reject": ("ptc servers reject github.create_issue",),
        "mcp start": (
            "ptc mcp start",
            "ptc mcp start --mode filesystem --servers 'git*'",
            "ptc mcp start --attach",
            "PTC_TOKEN=... ptc mcp start --transport http --host 0.0.0.0",
        ),
        "mcp config": ("ptc mcp config --client claude", "ptc mcp config --client cursor --write"),
        "daemon start": ("ptc daemon start",),
        "daemon stop": ("ptc daemon stop", "ptc daemon stop --all"),
        "daemon status": ("ptc daemon status",),
        "daemon logs": ("ptc daemon logs",),
        "init": ("ptc init", "ptc init --user"),
        "demo": ("ptc demo",),
        "doctor": ("ptc doctor", "ptc doctor --json"),
        "config path": ("ptc config path",),
        "config show": ("ptc config show --json",),
        "config schema": ("ptc config schema > ptc.schema.json",),
        "completion": (
            "ptc completion bash >> ~/.bashrc",
            'ptc completion zsh > "${fpath[1]}/_ptc"',
            "ptc completion fish > ~/.config/fish/completions/ptc.fish",
        ),
    }
)
"""By the words after `ptc`."""
