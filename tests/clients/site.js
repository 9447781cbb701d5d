// A small site of its own origin: a page for each script in pages/, bundled
// by esbuild when it starts.
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const web = createRequire(new URL("../../web/package.json", import.meta.url));
const PAGES = ["algoliasearch", "instantsearch", "autocomplete", "docsearch"];
const PLACES = ["box", "stats", "order", "categories", "hits", "pages"];

async function bundles() {
  const { outputFiles } = await web("esbuild").build({
    absWorkingDir: fileURLToPath(new URL(".", import.meta.url)),
    entryPoints: PAGES.map((name) => `pages/${name}.js`),
    bundle: true,
    write: false,
    outdir: "out",
    format: "iife",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return new Map(
    outputFiles.map(({ path, text }) => [`/${path.split("/").at(-1)}`, text]),
  );
}

function page(name) {
  const places = PLACES.map((id) => `<div id="${id}"></div>`).join("");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">
<title>${name}</title><body>${places}<script src="/${name}.js"></script></body></html>`;
}

/** {url, close} */
export async function startSite() {
  const scripts = await bundles();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://site");
    const script = scripts.get(pathname);
    const type = script ? "text/javascript" : "text/html";
    response.setHeader("Content-Type", `${type}; charset=utf-8`);
    response.end(script ?? page(pathname.slice(1)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => new Promise((done) => server.close(done));
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
