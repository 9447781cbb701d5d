// What visitors of the sample help centre do, in a browser, against the real
// program (PARRY_BIN). Without the model: the words alone are quick to index
// and answer the same on every machine.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import { launch, watch } from "./browser.js";
import { bin, startParry } from "./parry.js";

const skip = bin ? false : "PARRY_BIN does not name the program";

let browser, parry;

/** A page for one test; whatever it complains of fails the test. */
async function visit(path, act, options = {}) {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = watch(page);
    const response = await page.goto(parry.url + path);
    await act(page, response);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

const optionsOf = (page) => page.locator(".parry-popup [role=option]");

/** Types a letter at a time and awaits each answer; `see` gets the query so
 * far and what is suggested: [{title, category, href}]. */
async function typeAndSee(page, text, see = () => {}) {
  const input = page.locator("#parry-q");
  await input.focus();
  for (const letter of text) {
    await page.keyboard.type(letter);
    const query = (await input.inputValue()).trim();
    const all = page.locator(".parry-all", { hasText: `\u201c${query}\u201d` });
    await all.waitFor({ state: "attached" }); // hidden where there is no hit
    const hits = await page
      .locator(".parry-option:not(.parry-all, .parry-completion)")
      .evaluateAll((options) =>
        options.map((option) => ({
          title: option.querySelector(".parry-title").textContent,
          category: option.querySelector(".parry-category")?.textContent,
          href: option.getAttribute("href"),
        })),
      );
    see(query, hits);
  }
}

describe("the help centre", { skip }, () => {
  before(async () => {
    [browser, parry] = await Promise.all([launch(), startParry("--text-only")]);
  });
  after(() => Promise.all([browser?.close(), parry?.close()]));

  it("finds the refund articles while a misspelt question is typed", async () => {
    await visit("/", async (page) => {
      const seen = new Map();
      await typeAndSee(page, "refnd not recieved", (query, hits) =>
        seen.set(query, hits),
      );
      for (const [query, hits] of seen) assert.ok(hits.length <= 6, query);
      const articles = (query) =>
        seen.get(query).map(({ href }) => href.split("#")[0]);
      assert.deepEqual(articles("ref"), []); // too little to take back later
      for (const query of ["refnd", "refnd not"]) {
        const found = articles(query);
        assert.ok(found.includes("/articles/refund-not-received"), found);
      }
      const last = articles("refnd not recieved");
      assert.ok(
        last.some((it) => /\brefund\b/.test(it)),
        last,
      );
      assert.ok((await page.locator(".parry-snippet mark").count()) > 0);
    });
  });

  it("opens the article of an option with Enter, at its section", async () => {
    await visit("/", async (page) => {
      let hits;
      await typeAndSee(page, "refund", (_, seen) => (hits = seen));
      const withSection = hits.findIndex(({ href }) => href.includes("#"));
      for (let i = 0; i <= withSection; i++) {
        await page.keyboard.press("ArrowDown");
      }
      const answer = page.waitForResponse(/\/articles\//);
      await page.keyboard.press("Enter");
      assert.equal((await answer).status(), 200);
      await page.waitForURL(parry.url + hits[withSection].href);
      assert.equal(
        await page.locator("h1").textContent(),
        hits[withSection].title,
      );
      const section = page.locator(
        `[id="${hits[withSection].href.split("#")[1]}"]`,
      );
      assert.equal(await section.count(), 1, "the link's anchor is there");
    });
  });

  it("leads from the last option to the page of all results", async () => {
    await visit("/", async (page) => {
      await typeAndSee(page, "refund");
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      await page.waitForURL(`${parry.url}/search?q=refund`);
      assert.equal(await page.locator("#parry-q").inputValue(), "refund");
      assert.ok((await page.locator(".result").count()) >= 6);
    });
  });

  it("stays with merchants on their pages", async () => {
    await visit("/merchant/", async (page) => {
      const asked = page.waitForRequest(/suggest/);
      let hits;
      await typeAndSee(page, "payout", (_, seen) => (hits = seen));
      const { searchParams } = new URL((await asked).url());
      assert.equal(searchParams.get("audience"), "merchant");
      for (const { href } of hits)
        assert.match(href, /^\/merchant\/articles\//);
      const all = optionsOf(page).last();
      assert.match(await all.getAttribute("href"), /\/merchant\/search\?/);
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL(parry.url + hits[0].href);
      assert.equal(await page.locator("h1").textContent(), hits[0].title);
    });
  });

  it("works without JavaScript", async () => {
    const plain = { javaScriptEnabled: false };
    const search = async (page) => {
      await page.locator("#parry-q").fill("refnd not recieved");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/search\?q=refnd\+not\+recieved$/);
      const links = page.locator(".result h2 a");
      assert.ok((await links.count()) > 0);
      const title = await links.first().textContent();
      await links.first().click();
      await page.waitForURL(/\/articles\//);
      assert.equal(await page.locator("h1").textContent(), title);
    };
    await visit("/", search, plain);
  });

  it("has a policy that lets no script or style in but its own", async () => {
    await visit("/", async (page, response) => {
      const policy = await response.headerValue("content-security-policy");
      assert.match(policy, /script-src 'self'/);
      assert.match(policy, /style-src 'self'/);
      assert.doesNotMatch(policy, /unsafe/);
      await page.locator("#parry-q[role=combobox]").waitFor();
    });
  });

  describe("has no serious fault that axe knows of", () => {
    const openBox = async (page) => {
      await typeAndSee(page, "refund");
      await page.keyboard.press("ArrowDown");
    };
    const firstCategory = async (page) => {
      await page.locator(".card").first().click();
      await page.waitForURL(/\/categories\//);
    };
    const places = [
      ["home", "/"],
      ["home, box open", "/", openBox],
      ["category", "/", firstCategory],
      ["article", "/articles/refund-not-received"],
      ["results", "/search?q=refund"],
      ["no results", "/search?q=xyzzyqwv"],
      ["merchants' home", "/merchant/"],
    ];
    const looks = [
      ["light", { colorScheme: "light" }],
      ["dark", { colorScheme: "dark" }],
      ["narrow", { viewport: { width: 320, height: 640 } }],
    ];
    for (const [look, options] of looks) {
      for (const [name, path, go] of places) {
        const title = `${name}, ${look}`;
        it(title, async (t) => {
          const check = async (page) => {
            await go?.(page);
            await page.evaluate(axe.source);
            const { violations, passes } = await page.evaluate(() =>
              window.axe.run(),
            );
            const told = violations.map(
              ({ id, impact, nodes }) =>
                `${impact}: ${id}: ${nodes[0].html} (${nodes.length})`,
            );
            for (const fault of told) t.diagnostic(fault);
            assert.deepEqual(
              told.filter((it) => /^(serious|critical)/.test(it)),
              [],
            );
            assert.ok(passes.length > 10, "axe looked at the page");
          };
          await visit(path, check, options);
        });
      }
    }
  });
});
