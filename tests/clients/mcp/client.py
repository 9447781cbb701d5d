"""The official Python client of MCP against a running server: client.py URL. Prints one line of JSON a way in."""
import asyncio
import json
import sys

from mcp import Client


async def flow(url, mode):
    async with Client(url, mode=mode) as client:
        tools = await client.list_tools()
        found = await client.call_tool("search_articles", {"query": "late refund", "limit": 3})
        hits = found.structured_content["hits"]
        article = await client.call_tool("get_article", {"article_id": hits[0]["article_id"]})
        wrong = await client.call_tool("search_articles", {"query": "a", "limit": 99})
        unknown = None
        try:
            await client.call_tool("no_such_tool", {})
        except Exception as e:
            unknown = getattr(getattr(e, "error", None), "code", None)
        print(json.dumps({
            "name": f"python {mode}", "server": client.server_info and client.server_info.name, "version": client.protocol_version,
            "tools": [t.name for t in tools.tools], "hits": len(hits),
            "links": len([c for c in found.content if c.type == "resource_link"]),
            "text": json.loads(found.content[0].text) == found.structured_content,
            "title": article.structured_content["title"], "wrong": wrong.is_error, "unknown": unknown}))


async def main():
    for mode in sys.argv[2:]:
        await flow(sys.argv[1], mode)


asyncio.run(main())
