"""What ptc promises, and which tests keep it. `tests/unit/test_requirements.py` sees to it that each exists."""

PROMISES: dict[str, tuple[str, ...]] = {
    "A program with a mistake never reaches a server": ("integration/engine/test_runs.py",),
    "The message says how to mend it": ("unit/check/test_hints.py", "unit/check/test_verdicts.py"),
    "A hostile program is held": ("adversarial",),
    "An ordinary program does in the sandbox what it does elsewhere": ("unit/sandbox/test_compatibility.py",),
    "What cannot be built is said, and nothing runs unconfined": ("adversarial",),
    "Every call from every door passes one gate": ("integration/engine/test_gate.py",),
    "A person is asked once, sees what they approve, and is remembered as they said": (
        "integration/engine/test_asking.py",
        "integration/cli/test_grants.py",
    ),
    "What a stranger wrote sends nothing of the user's away unasked": ("adversarial/test_injections.py",),
    "What a program can do is known before it runs": ("unit/effects", "integration/engine/test_effects.py"),
    "One caller never hears of what only another may see": ("integration/engine/test_views.py",),
    "Files go in and out as asked, and no others": (
        "unit/sandbox/test_files.py",
        "adversarial/test_sandbox_workspaces.py",
        "integration/cli/test_files.py",
    ),
    "What ran is recorded, without secrets, whatever happens": ("unit/journal/test_journal.py",),
    "A login is asked for by a person, and its tokens go to one server only": (
        "integration/upstream/test_login.py",
        "integration/cli/test_login.py",
    ),
    "A secret turns up nowhere": ("integration/cli/test_secrets.py",),
    "Servers of other clients are taken over, and nothing is overwritten": ("unit/config/test_importing.py",),
    "What a server says to mislead a model is told to people": (
        "unit/scan/test_corpus.py",
        "integration/cli/test_suspicion.py",
    ),
    "One bad server never costs the others": ("integration/upstream/test_failures.py",),
    "A server's question is answered by a person who knows whose it is, or declined": (
        "integration/upstream/test_inquiries.py",
        "integration/serve/test_inquiries.py",
        "unit/console/test_inquiries.py",
    ),
    "A changed configuration is applied server by server": ("integration/engine/test_reload.py",),
    "One bad tool never costs the others": ("integration/upstream/test_listing.py", "unit/codegen"),
    "Any schema gives stubs that mypy accepts": ("unit/codegen/test_properties.py",),
    "Result types are learned, without values, and hold once pinned": (
        "unit/test_learn.py",
        "integration/engine/test_learning.py",
        "integration/cli/test_results.py",
    ),
    "A change of a tool that breaks programs is told": ("unit/drift/test_changes.py", "integration/cli/test_drift.py"),
    "The shell answers as bash and GNU tools do, and touches nothing": ("unit/shell",),
    "A project's file is inert until trusted": ("unit/config/test_load.py",),
    "Configuration mistakes are named by file, line and key": ("unit/config/test_reading.py",),
    "Clients of both protocol eras are served in three modes": ("integration/serve/test_contract.py",),
    "A person is asked through clients of both eras, and nobody else answers": (
        "integration/serve/test_suspended.py",
        "integration/serve/test_contract.py",
    ),
    "The tree, runs and prompts are there to be read, by their own caller": ("integration/serve/test_resources.py",),
    "ptc is added to a client's configuration, and the rest of it is left alone": (
        "unit/config/test_client_entry.py",
        "integration/cli/test_mcp.py",
    ),
    "Commands do the same with and without the daemon, of which nothing is left": (
        "integration/cli/test_daemon.py",
        "unit/daemon",
    ),
    "Prompts do the same with and without the daemon, which keeps nothing of one that is left or killed": (
        "integration/repl/test_desks.py",
        "integration/cli/test_prompts.py",
        "integration/cli/test_prompts_there.py",
    ),
    "Several stdio clients can share one daemon": ("integration/serve/test_attach.py",),
    "REST says what MCP says, to each token its own": ("integration/serve/test_rest.py", "unit/serve/test_tokens.py"),
    "Examples, stubs, samples and pages are what they say": (
        "integration/test_examples.py",
        "integration/test_docs.py",
        "unit/config/test_samples.py",
    ),
    "Commands that only read start no server and do not import mcp": ("integration/cli",),
    "An installed wheel works in an empty home": ("integration/test_wheel.py",),
}
