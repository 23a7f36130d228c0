"""FastMCP's client: connects over stdio or HTTP, lists, and runs a program. Prints what it got as JSON.

Runs in an environment of its own, which has FastMCP and nothing of ours.
"""

import asyncio
import json
import sys

from fastmcp import Client  # type: ignore[import-not-found]  # it is in an environment of its own


async def main(told: dict[str, object]) -> None:
    asked = []

    async def on_question(message: str, *_: object) -> dict[str, str]:
        asked.append(message)
        return {"name": "Ada"}

    target = told["address"] or {"mcpServers": {"ptc": told["entry"]}}
    async with Client(target, elicitation_handler=on_question) as client:
        tools = [tool.name for tool in await client.list_tools()]
        resources = [str(resource.uri) for resource in await client.list_resources()]
        prompts = [prompt.name for prompt in await client.list_prompts()]
        code = "conformance.test_input_required_result_elicitation()"
        result = await client.call_tool("execute_python", {"code": code}, raise_on_error=False)
    texts = [block.text for block in result.content]
    found = {"content": [{"text": text} for text in texts], "isError": result.is_error}
    print(json.dumps({"tools": tools, "resources": resources, "prompts": prompts, "asked": asked, "result": found}))


asyncio.run(main(json.loads(sys.argv[1])))
