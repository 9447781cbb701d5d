// A help centre of one page for the tests of the search box alone: the form of
// the templates, the style sheet, the script built as `npm run build` builds
// it, and suggestions as the test wants them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const WEB = fileURLToPath(new URL("..", import.meta.url));
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

/** The script, by the very command of package.json, but to standard output. */
export function buildScript() {
  const { scripts } = JSON.parse(readFileSync(`${WEB}/package.json`, "utf8"));
  const [tool, ...options] = scripts.build
    .split(" ")
    .filter(
      (word) => !word.startsWith("--outdir=") && word !== "src/sha256.ts",
    );
  const bin = `${WEB}/node_modules/.bin/${tool}`;
  return execFileSync(bin, [...options, "--log-level=warning"], { cwd: WEB });
}

/** The templates' form; `changes` are pairs of text to replace. */
export function form(...changes) {
  let html = readFileSync(`${WEB}/templates/searchbox.mustache`, "utf8")
    .replaceAll("{{base}}", "")
    .replaceAll("{{query}}", "")
    .replaceAll("{{audience}}", "customer");
  for (const [from, to] of changes) {
    if (!html.includes(from)) throw new Error(`no ${from} in the form`);
    html = html.replace(from, to);
  }
  return html;
}

export function document(body, lang = "en") {
  return `<!doctype html><html lang="${lang}"><head><meta charset="utf-8">
<title>Help</title><link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<script src="/search-box.js" type="module"></script></head>
<body><main>${body}</main></body></html>`;
}

export function hit(title, more = {}) {
  const slug = title.toLowerCase().replace(/\W+/g, "-");
  return {
    id: slug,
    title,
    section: "How long it takes",
    url: `/articles/${slug}#how-long`,
    snippet: `A <mark>refund</mark> of ${slug} takes five days.`,
    category: "Refunds",
    ...more,
  };
}

export const ARTICLES = [
  hit("Refund not received"),
  hit("Refund times"),
  hit("Refund to another card"),
];

/**
 * A server on a free port of 127.0.0.1. What a test may change: page, the HTML
 * of "/"; answer(q), which gives {hits, doubtful, status, body, delay_ms,
 * hangUp} or a promise of it; promoted(), the same for an empty box.
 * What it may read: asked, the parameters of each suggest request;
 * dropped, the queries whose client went away before the answer.
 */
export async function startFixture() {
  const script = buildScript();
  const style = readFileSync(`${WEB}/static/style.css`);
  const icon = readFileSync(`${WEB}/static/icon.svg`);
  const fixture = { asked: [], dropped: [] };

  // An empty box asks too, and most tests are not about that.
  fixture.reset = () => {
    fixture.promoted = () => ({ hits: [] });
    fixture.asked = [];
    fixture.dropped = [];
    fixture.page = document(`<h1>Help</h1>${form()}`);
    fixture.answer = () => ({ hits: ARTICLES });
  };

  async function suggest(url, response) {
    const asked = Object.fromEntries(url.searchParams);
    const { dropped } = fixture;
    if (asked.q) fixture.asked.push(asked);
    response.on("close", () => {
      if (asked.q && !response.writableFinished) dropped.push(asked.q);
    });
    const reply = await (asked.q
      ? fixture.answer(asked.q, asked)
      : fixture.promoted());
    if (reply.delay_ms) await sleep(reply.delay_ms);
    if (reply.hangUp) return response.destroy();
    response.writeHead(reply.status ?? 200, {
      "content-type": "application/json",
    });
    response.end(
      reply.body ??
        JSON.stringify({
          generation: 1,
          settled: reply.settled ?? true,
          completions: reply.completions ?? [],
          hits: reply.hits,
          doubtful: reply.doubtful,
        }),
    );
  }

  function send(response, type, body) {
    response.writeHead(200, {
      "content-type": `${type}; charset=utf-8`,
      "content-security-policy": CSP,
      "cache-control": "no-store",
    });
    response.end(body);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    if (url.pathname === "/v1/suggest") void suggest(url, response);
    else if (url.pathname === "/search-box.js")
      send(response, "text/javascript", script);
    else if (url.pathname === "/style.css") send(response, "text/css", style);
    else if (url.pathname === "/icon.svg")
      send(response, "image/svg+xml", icon);
    else if (url.pathname === "/") send(response, "text/html", fixture.page);
    else send(response, "text/html", document(`<h1>${url.pathname}</h1>`));
  });

  fixture.reset();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  fixture.url = `http://127.0.0.1:${server.address().port}/`;
  fixture.close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return fixture;
}
