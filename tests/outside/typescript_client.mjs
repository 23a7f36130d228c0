// The TypeScript SDK's client: connects over stdio and HTTP, lists, and runs a program. Prints what it got as JSON.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const { entry, address } = JSON.parse(process.argv[2]);
const transport = address
  ? new StreamableHTTPClientTransport(new URL(address))
  : new StdioClientTransport({ ...entry, env: { ...process.env, ...entry.env } });
const client = new Client({ name: "outside", version: "1" }, { capabilities: { elicitation: {} } });
const asked = [];
client.setRequestHandler(ElicitRequestSchema, async (request) => {
  asked.push(request.params.message);
  return { action: "accept", content: { name: "Ada" } };
});
await client.connect(transport);
const tools = (await client.listTools()).tools.map((tool) => tool.name);
const resources = (await client.listResources()).resources.map((resource) => resource.uri);
const prompts = (await client.listPrompts()).prompts.map((prompt) => prompt.name);
const code = "conformance.test_input_required_result_elicitation()";
const result = await client.callTool({ name: "execute_python", arguments: { code } });
console.log(JSON.stringify({ tools, resources, prompts, asked, result }));
await client.close();
