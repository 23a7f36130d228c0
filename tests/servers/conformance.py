"""A server with the tools, resources and prompts that the protocol's conformance suite calls, for 2026-07-28 over stdio.

It asks its client through `InputRequiredResult` only: a gateway has to make of that what its own client speaks.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import (
    InMemorySubscriptionBus,
    ListenHandler,
    PromptsListChanged,
    ResourceUpdated,
)
from mcp.shared.exceptions import MCPError

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SOUND = base64.b64encode(b"RIFF$\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0D\xac\0\0\x88X\1\0\2\0\x10\0data\0\0\0\0").decode()
KEY = secrets.token_bytes(32)
BUS = InMemorySubscriptionBus()
LISTENING = ListenHandler(BUS)

Context: TypeAlias = ServerRequestContext[dict[str, Any]]
Answered: TypeAlias = types.CallToolResult | types.InputRequiredResult
Asks: TypeAlias = dict[str, types.InputRequest]


def form(message: str, required: list[str] | None = None, **properties: Any) -> types.ElicitRequest:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties) if required is None else required,
    }
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(prompt: str, most: int = 100) -> types.CreateMessageRequest:
    said = types.SamplingMessage(role="user", content=types.TextContent(type="text", text=prompt))
    return types.CreateMessageRequest(params=types.CreateMessageRequestParams(messages=[said], max_tokens=most))


STRING = {"type": "string"}
NAME = form("What is your name?", name=STRING)
CONFIRM = form("Please confirm", ok={"type": "boolean"})
TITLED = [{"const": f"value{number}", "title": f"{word} Option"} for number, word in enumerate(["First", "Second"], 1)]
OPTIONS = ["option1", "option2", "option3"]

DEFAULTS = form(
    "Please review",
    required=[],
    name={"type": "string", "default": "John Doe"},
    age={"type": "integer", "default": 30},
    score={"type": "number", "default": 95.5},
    status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    verified={"type": "boolean", "default": True},
)
ENUMS = form(
    "Please choose",
    required=[],
    untitledSingle={"type": "string", "enum": OPTIONS},
    titledSingle={"type": "string", "oneOf": TITLED},
    legacyEnum={"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
    untitledMulti={"type": "array", "items": {"type": "string", "enum": OPTIONS}},
    titledMulti={"type": "array", "items": {"anyOf": TITLED}},
)

TEXTS: Mapping[str, list[types.ContentBlock]] = {
    "test_simple_text": [types.TextContent(type="text", text="This is a simple text response for testing.")],
    "test_image_content": [types.ImageContent(type="image", data=PIXEL, mime_type="image/png")],
    "test_audio_content": [types.AudioContent(type="audio", data=SOUND, mime_type="audio/wav")],
    "test_embedded_resource": [
        types.EmbeddedResource(
            type="resource",
            resource=types.TextResourceContents(
                uri="test://embedded-resource",
                mime_type="text/plain",
                text="This is an embedded resource content.",
                _meta={"example/inside": 1},
            ),
            annotations=types.Annotations(priority=0.5),
            _meta={"example/block": 1, "io.modelcontextprotocol/x": 1},
        )
    ],
    "test_multiple_content_types": [
        types.TextContent(type="text", text="Multiple content types test:"),
        types.ImageContent(type="image", data=PIXEL, mime_type="image/png"),
        types.EmbeddedResource(
            type="resource",
            resource=types.TextResourceContents(
                uri="test://mixed-content-resource", mime_type="application/json", text='{"test":"data","value":123}'
            ),
        ),
    ],
}

ONE_ROUND: Mapping[str, Asks] = {
    "test_elicitation_sep1034_defaults": {"defaults": DEFAULTS},
    "test_elicitation_sep1330_enums": {"enums": ENUMS},
    "test_input_required_result_elicitation": {"user_name": NAME},
    "test_streaming_elicitation": {"user_name": NAME},
    "test_input_required_result_sampling": {"capital_question": sampling("What is the capital of France?")},
    "test_input_required_result_list_roots": {"client_roots": types.ListRootsRequest()},
    "test_input_required_result_request_state": {"confirm": CONFIRM},
    "test_input_required_result_tampered_state": {"confirm": CONFIRM},
    "test_input_required_result_multiple_inputs": {
        "user_name": NAME,
        "greeting": sampling("Generate a greeting", 50),
        "client_roots": types.ListRootsRequest(),
    },
}
"""What each tool asks before it answers."""


def sealed(round_: str) -> str:
    return f"{round_}.{hmac.new(KEY, round_.encode(), hashlib.sha256).hexdigest()}"


def opened(state: str | None) -> str | None:
    if state is None:
        return None
    round_ = state.partition(".")[0]
    if not hmac.compare_digest(state, sealed(round_)):
        raise MCPError(types.INVALID_PARAMS, "requestState was changed")
    return round_


def told(text: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)])


def said(response: types.InputResponse) -> str:
    match response:
        case types.ElicitResult(action=action, content=content):
            return f"action={action}, content={json.dumps(content)}"
        case types.ListRootsResult(roots=roots):
            return ", ".join(str(root.uri) for root in roots)
        case _:
            answered = response.content
            return answered.text if isinstance(answered, types.TextContent) else str(answered)


async def ask(asks: Asks, params: types.CallToolRequestParams, state: str = "asked") -> Answered | dict[str, str]:
    """Return what was responded, or the request for it."""
    opened(params.request_state)
    responses = params.input_responses or {}
    if asks.keys() <= responses.keys():
        return {key: said(responses[key]) for key in asks}
    missing = {key: asked for key, asked in asks.items() if key not in responses}
    return types.InputRequiredResult(input_requests=missing, request_state=sealed(state))


async def one_round(context: Context, params: types.CallToolRequestParams) -> Answered:
    found = await ask(ONE_ROUND[params.name], params)
    if not isinstance(found, dict):
        return found
    name = re.search(r'"name": "([^"]*)"', found.get("user_name", ""))
    greeting = f"Hello, {name[1]}! " if name else ""
    return told(f"{greeting}Elicitation completed: {'; '.join(found.values())} state-ok")


async def capable(context: Context, params: types.CallToolRequestParams) -> Answered:
    declared = context.session.client_capabilities or types.ClientCapabilities()
    asks: Asks = {"answer": sampling("Who are you?")} if declared.sampling else {}
    asks |= {"user_name": NAME} if declared.elicitation else {}
    found = await ask(asks, params)
    return told("; ".join(found.values())) if isinstance(found, dict) else found


async def multi_round(context: Context, params: types.CallToolRequestParams) -> Answered:
    match opened(params.request_state), (params.input_responses or {}).keys():
        case "round1", keys if "step1" in keys:
            color = form("Step 2: What is your favorite color?", color=STRING)
            return types.InputRequiredResult(input_requests={"step2": color}, request_state=sealed("round2"))
        case "round2", keys if "step2" in keys:
            return told("Both steps are done.")
        case _:
            name = form("Step 1: What is your name?", name=STRING)
            return types.InputRequiredResult(input_requests={"step1": name}, request_state=sealed("round1"))


async def logs(context: Context, params: types.CallToolRequestParams) -> Answered:
    for text in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        log = types.LoggingMessageNotificationParams(level="info", data=text)
        await context.session.send_notification(
            types.LoggingMessageNotification(params=log), related_request_id=context.request_id
        )
        await asyncio.sleep(0.05)
    return told("Logged.")


async def progress(context: Context, params: types.CallToolRequestParams) -> Answered:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await asyncio.sleep(0.05)
    return told("Progressed.")


async def fails(context: Context, params: types.CallToolRequestParams) -> Answered:
    text = types.TextContent(type="text", text="This tool intentionally returns an error for testing")
    return types.CallToolResult(content=[text], is_error=True)


async def samples(context: Context, params: types.CallToolRequestParams) -> Answered:
    found = await ask({"answer": sampling((params.arguments or {})["prompt"])}, params)
    return told(f"LLM response: {found['answer']}") if isinstance(found, dict) else found


async def elicits(context: Context, params: types.CallToolRequestParams) -> Answered:
    wanted = form((params.arguments or {})["message"], username=STRING, email=STRING)
    found = await ask({"answer": wanted}, params)
    return told(f"User response: {found['answer']}") if isinstance(found, dict) else found


async def touch(context: Context, params: types.CallToolRequestParams) -> Answered:
    await BUS.publish(ResourceUpdated(uri="test://watched-resource"))
    return told("Touched.")


async def end_listening(context: Context, params: types.CallToolRequestParams) -> Answered:
    LISTENING.close()
    return told("Nobody hears of anything.")


async def die(context: Context, params: types.CallToolRequestParams) -> Answered:
    os._exit(3)


async def new_prompt(context: Context, params: types.CallToolRequestParams) -> Answered:
    PROMPTS["test_new"] = ()
    await BUS.publish(PromptsListChanged())
    return told("One more prompt.")


async def needs_sampling(context: Context, params: types.CallToolRequestParams) -> Answered:
    declared = context.session.client_capabilities or types.ClientCapabilities()
    if declared.sampling is None:
        missing: dict[str, Any] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "the client has no sampling", missing)
    return told("The client has sampling.")


Behaviour = Callable[[Context, types.CallToolRequestParams], Awaitable[Answered]]

BEHAVIOURS: Mapping[str, Behaviour] = {
    **dict.fromkeys(ONE_ROUND, one_round),
    "test_input_required_result_capabilities": capable,
    "test_input_required_result_multi_round": multi_round,
    "test_missing_capability": needs_sampling,
    "test_touch": touch,
    "test_end_listening": end_listening,
    "test_die": die,
    "test_new_prompt": new_prompt,
    "test_tool_with_logging": logs,
    "test_logging_tool": logs,
    "test_tool_with_progress": progress,
    "test_error_handling": fails,
    "test_sampling": samples,
    "test_elicitation": elicits,
}
ARGUMENTS = {"test_sampling": "prompt", "test_elicitation": "message"}


def tool(name: str) -> types.Tool:
    argument = ARGUMENTS.get(name)
    schema: dict[str, Any] = {"type": "object", "properties": {argument: STRING} if argument else {}}
    if argument:
        schema["required"] = [argument]
    return types.Tool(name=name, description=f"For the scenario of {name}.", input_schema=schema)


async def list_tools(context: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=[tool(name) for name in (*TEXTS, *BEHAVIOURS)])


async def call_tool(context: Context, params: types.CallToolRequestParams) -> Answered:
    if params.name in TEXTS:
        return types.CallToolResult(content=TEXTS[params.name])
    return await BEHAVIOURS[params.name](context, params)


RESOURCES: Mapping[str, types.TextResourceContents | types.BlobResourceContents] = {
    "test://static-text": types.TextResourceContents(
        uri="test://static-text",
        mime_type="text/plain",
        text="This is the content of the static text resource.",
        _meta={"ui": {"prefersBorder": True}, "io.modelcontextprotocol/x": 1},
    ),
    "test://static-binary": types.BlobResourceContents(uri="test://static-binary", mime_type="image/png", blob=PIXEL),
    "test://watched-resource": types.TextResourceContents(
        uri="test://watched-resource", mime_type="text/plain", text="Watched."
    ),
}


async def list_resources(context: Context, params: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
    return types.ListResourcesResult(
        resources=[
            types.Resource(
                uri=uri, name=uri.removeprefix("test://"), description="For tests", mime_type=found.mime_type
            )
            for uri, found in RESOURCES.items()
        ]
    )


async def list_templates(
    context: Context, params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
    template = types.ResourceTemplate(
        uri_template="test://template/{id}/data", name="template", description="For tests"
    )
    return types.ListResourceTemplatesResult(resource_templates=[template])


async def read_resource(context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    found: types.TextResourceContents | types.BlobResourceContents | None = RESOURCES.get(params.uri)
    by_template = re.fullmatch(r"test://template/([^/]+)/data", params.uri)
    if by_template:
        data = {"id": by_template[1], "templateTest": True, "data": f"Data for ID: {by_template[1]}"}
        found = types.TextResourceContents(uri=params.uri, mime_type="application/json", text=json.dumps(data))
    if found is None:
        raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": params.uri})
    return types.ReadResourceResult(contents=[found])


PROMPTS: dict[str, tuple[str, ...]] = {
    "test_simple_prompt": (),
    "test_prompt_with_arguments": ("arg1", "arg2"),
    "test_prompt_with_embedded_resource": ("resourceUri",),
    "test_prompt_with_image": (),
    "test_input_required_result_prompt": (),
}


async def list_prompts(context: Context, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name,
                description="For tests",
                arguments=[
                    types.PromptArgument(name=each, description="For tests", required=True) for each in arguments
                ],
            )
            for name, arguments in PROMPTS.items()
        ]
    )


async def get_prompt(
    context: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return messages("This is a simple prompt for testing.")
        case "test_prompt_with_arguments":
            return messages(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'")
        case "test_prompt_with_embedded_resource":
            held = types.TextResourceContents(
                uri=given["resourceUri"], mime_type="text/plain", text="Embedded resource content for testing."
            )
            embedded = types.EmbeddedResource(type="resource", resource=held)
            return messages("Please process the embedded resource above.", embedded)
        case "test_prompt_with_image":
            image = types.ImageContent(type="image", data=PIXEL, mime_type="image/png")
            return messages("Please analyze the image above.", image)
        case _ if "user_context" in (params.input_responses or {}):
            return messages("With the context.")
        case _:
            wanted = form("What context should the prompt use?", context=STRING)
            return types.InputRequiredResult(input_requests={"user_context": wanted})


def messages(text: str, *before: types.ContentBlock) -> types.GetPromptResult:
    blocks = (*before, types.TextContent(type="text", text=text))
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=block) for block in blocks])


async def complete(context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    found = [word for word in ("paris", "park", "party") if word.startswith(params.argument.value)]
    return types.CompleteResult(completion=types.Completion(values=found, total=len(found), has_more=False))


async def main() -> None:
    server = Server(
        "conformance",
        version="1",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
        on_list_prompts=list_prompts,
        on_get_prompt=get_prompt,
        on_completion=complete,
        on_subscriptions_listen=LISTENING,
    )
    async with stdio_server() as (reader, writer):
        await server.run(reader, writer, server.create_initialization_options())


if __name__ == "__main__":
    asyncio.run(main())
