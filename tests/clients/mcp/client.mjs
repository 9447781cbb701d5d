// The official JavaScript clients of MCP against a running server: node client.mjs URL. Prints one line of JSON a way in.
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as OldClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as OldTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const url = new URL(process.argv[2]);
const info = { name: "parry-tests", version: "1.0.0" };

async function flow(name, client, transport) {
  await client.connect(transport);
  const { tools } = await client.listTools();
  const found = await client.callTool({ name: "search_articles", arguments: { query: "late refund", limit: 3 } });
  const article = await client.callTool({
    name: "get_article",
    arguments: { article_id: found.structuredContent.hits[0].article_id },
  });
  const wrong = await client.callTool({ name: "search_articles", arguments: { query: "a", limit: 99 } });
  let unknown = null;
  try {
    await client.callTool({ name: "no_such_tool", arguments: {} });
  } catch (e) {
    unknown = e.code;
  }
  console.log(
    JSON.stringify({
      name,
      server: client.getServerVersion()?.name,
      version: client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion,
      tools: tools.map((t) => t.name),
      hits: found.structuredContent.hits.length,
      links: found.content.filter((c) => c.type === "resource_link").length,
      text: JSON.stringify(JSON.parse(found.content[0].text)) === JSON.stringify(found.structuredContent),
      title: article.structuredContent.title,
      wrong: wrong.isError,
      unknown,
    }),
  );
  await client.close();
}

await flow("sdk 1", new OldClient(info), new OldTransport(url));
for (const mode of ["legacy", "auto", { pin: "2026-07-28" }])
  await flow(
    `client 2 ${JSON.stringify(mode)}`,
    new Client(info, { versionNegotiation: { mode } }),
    new StreamableHTTPClientTransport(url),
  );
