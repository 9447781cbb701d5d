// The clients of Algolia's that sites use, unchanged, in a browser against the
// real program (PARRY_BIN) on another origin. Words alone: quick to index, and
// the same on every machine.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, watch } from "../../web/test/browser.js";
import { bin, startParry } from "../../web/test/parry.js";
import { startSite } from "./site.js";

const skip = bin ? false : "PARRY_BIN does not name the program";

let browser, parry, site;

/** Opens a page of the site; whatever it complains of fails the test. */
async function visit(name, act) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = watch(page);
    await page.goto(`${site.url}/${name}?parry=${new URL(parry.url).host}`);
    await act(page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** The last of the answers to a request for this path, once it is there. */
const answerOf = (page, path) =>
  page.waitForResponse((response) => response.url().includes(path));

describe("the clients of Algolia's", { skip }, () => {
  before(async () => {
    site = await startSite();
    const cors = `serve.cors_origins=${site.url}`;
    [browser, parry] = await Promise.all([
      launch(),
      startParry("--text-only", "--option", cors),
    ]);
  });
  after(() => Promise.all([browser?.close(), parry?.close(), site?.close()]));

  describe("algoliasearch", () => {
    const query = { query: "refund", hitsPerPage: 3, facets: ["category"] };

    for (const name of ["full5", "lite5"]) {
      it(`finds, version 5, ${name}`, async () => {
        await visit("algoliasearch", async (page) => {
          const { results } = await page.evaluate(
            ([name, query]) =>
              window.clients[name].search({
                requests: [
                  { indexName: "articles", ...query },
                  { indexName: "articles", ...query, page: 1 },
                ],
              }),
            [name, query],
          );
          const ids = results.flatMap(({ hits }) =>
            hits.map(({ objectID }) => objectID),
          );
          assert.equal(new Set(ids).size, 6, "two pages of three");
          assert.ok(results[0].facets.category.Refunds > 0);
          assert.match(results[0].hits[0]._highlightResult.title.value, /<em>/);
        });
      });
    }

    for (const name of ["full4", "lite4"]) {
      it(`finds, version 4, ${name}`, async () => {
        await visit("algoliasearch", async (page) => {
          const { results } = await page.evaluate(
            ([name, params]) =>
              window.clients[name].search([
                { indexName: "articles_en", query: "refund", params },
              ]),
            [name, { hitsPerPage: 3, facetFilters: [["category:Payments"]] }],
          );
          assert.equal(results[0].hits.length, 3);
          for (const hit of results[0].hits)
            assert.equal(hit.category, "Payments");
          assert.equal(results[0].index, "articles_en");
        });
      });
    }

    it("asks one index, and for values of facets", async () => {
      await visit("algoliasearch", async (page) => {
        const answers = await page.evaluate(async () => {
          const { full4, full5, lite4 } = window.clients;
          const index = full4.initIndex("articles");
          const facet = { indexName: "articles", facetName: "category" };
          return {
            one4: await index.search("refund", { hitsPerPage: 1 }),
            one5: await full5.searchSingleIndex({
              indexName: "articles",
              searchParams: { query: "refund", hitsPerPage: 1 },
            }),
            values4: await index.searchForFacetValues("category", "re"),
            values5: await full5.searchForFacetValues({
              ...facet,
              searchForFacetValuesRequest: { facetQuery: "re" },
            }),
            multi4: await lite4.searchForFacetValues([
              {
                indexName: "articles",
                params: { facetName: "category", facetQuery: "re" },
              },
            ]),
          };
        });
        assert.equal(answers.one4.hits.length, 1);
        assert.deepEqual(answers.one4.hits, answers.one5.hits);
        const [value] = answers.values5.facetHits;
        assert.equal(value.value, "Refunds");
        assert.equal(value.highlighted, "<em>Re</em>funds");
        assert.ok(value.count > 0);
        assert.deepEqual(answers.values4.facetHits, answers.values5.facetHits);
        assert.deepEqual(answers.multi4[0].facetHits, answers.values5.facetHits);
      });
    });

    it("is told of an error in words", async () => {
      const page = await browser.newPage();
      try {
        const { host } = new URL(parry.url);
        await page.goto(`${site.url}/algoliasearch?parry=${host}`);
        const errors = await page.evaluate(async () => {
          const { full5, lite4 } = window.clients;
          const filters = "brand:Acme";
          const one = { indexName: "articles", filters };
          const told = ({ message, status }) => ({ message, status });
          return [
            await full5.search({ requests: [one] }).catch(told),
            await lite4
              .search([{ indexName: "articles", params: { filters } }])
              .catch(told),
          ];
        });
        for (const { message, status } of errors) {
          assert.equal(status, 400);
          assert.match(message, /no attribute 'brand'/);
        }
      } finally {
        await page.close();
      }
    });

    it("sends events", async () => {
      await visit("algoliasearch", async (page) => {
        const answer = await page.evaluate(() =>
          window.insights5.pushEvents({
            events: [
              {
                eventType: "view",
                eventName: "Article Viewed",
                index: "articles",
                userToken: "anonymous-1",
                objectIDs: ["refund-times"],
              },
            ],
          }),
        );
        assert.deepEqual(answer, { status: 200, message: "OK" });
      });
    });
  });

  describe("instantsearch.js", () => {
    const titles = (page) => page.locator("#hits a").allTextContents();
    const type = async (page, text) => {
      const answer = answerOf(page, "/queries");
      await page.locator("#box input").fill(text);
      await answer;
      await page.locator("#hits mark").first().waitFor();
    };

    it("searches and highlights", async () => {
      await visit("instantsearch", async (page) => {
        await page.locator("#hits a").first().waitFor(); // of nothing typed
        assert.equal((await titles(page)).length, 5);
        await type(page, "refund");
        const marked = await page.locator("#hits mark").allTextContents();
        for (const mark of marked) assert.match(mark, /^refund/i);
        assert.match(await page.locator("#stats").textContent(), /\d+ results/);
      });
    });

    it("refines by a facet, and finds its values", async () => {
      await visit("instantsearch", async (page) => {
        await type(page, "refund");
        const values = page.locator("#categories label");
        assert.ok((await values.count()) > 2);
        await page.locator("#categories input[type=search]").fill("pay");
        const found = values.filter({ hasText: "Payments" });
        await page.locator("#categories mark").first().waitFor();
        assert.equal(await values.count(), 1);
        await found.click();
        await page
          .locator("#hits em")
          .filter({ hasNotText: "Payments" })
          .first()
          .waitFor({ state: "detached" });
        const categories = await page.locator("#hits li > em").allTextContents();
        assert.ok(categories.length > 0);
        for (const category of categories) assert.equal(category, "Payments");
      });
    });

    it("turns pages", async () => {
      await visit("instantsearch", async (page) => {
        await type(page, "refund");
        const first = await titles(page);
        const answer = answerOf(page, "/queries");
        await page.locator("#pages [aria-label='Page 2']").first().click();
        await answer;
        await page.locator("#pages li[class*=selected]", { hasText: "2" }).waitFor();
        for (const title of await titles(page)) {
          assert.ok(!first.includes(title), title);
        }
      });
    });

    it("takes another order", async () => {
      await visit("instantsearch", async (page) => {
        await type(page, "parcel"); // no rule pins anything here
        const answer = answerOf(page, "/queries");
        await page.locator("#order select").selectOption("articles_en_by_updated");
        await answer;
        await page.waitForFunction(() => {
          const dates = [...document.querySelectorAll("#hits a")].map(
            (link) => link.dataset.updated,
          );
          return dates.join() === [...dates].sort().reverse().join();
        });
      });
    });

    it("sends a click with the queryID of its search", async () => {
      await visit("instantsearch", async (page) => {
        let queryID;
        page.on("response", async (response) => {
          if (!response.url().includes("/queries")) return;
          ({ queryID } = (await response.json()).results[0]);
        });
        await type(page, "refund");
        const sent = page.waitForResponse(
          (response) =>
            response.url().includes("/1/events") &&
            response.request().postData()?.includes('"click"'),
        );
        await page.locator("#hits a").nth(1).click();
        const response = await sent;
        assert.equal(response.status(), 200);
        const { events } = response.request().postDataJSON();
        const click = events.find(({ eventType }) => eventType === "click");
        assert.equal(click.queryID, queryID);
        assert.match(queryID, /^[0-9a-f]{32}$/);
        assert.deepEqual(click.positions, [2]);
      });
    });
  });

  it("autocomplete-js suggests while somebody types", async () => {
    await visit("autocomplete", async (page) => {
      // The list is final once the answer to the last letter is drawn: "idle".
      const last = page.waitForResponse(
        (response) =>
          response.request().postDataJSON()?.requests?.[0].query === "refu",
      );
      await page.locator("#box input").pressSequentially("refu");
      const { results } = await (await last).json();
      const items = page.locator(".aa-Item");
      const { url } = results[0].hits[0];
      await page.waitForFunction(
        (url) =>
          window.box.status === "idle" &&
          document.querySelector(".aa-Item a")?.href === url,
        url,
      );
      assert.ok((await items.locator("mark").count()) > 0);
      assert.equal(await items.count(), 5);
      const href = await items.first().locator("a").getAttribute("href");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL(href);
      assert.ok(href.startsWith(`${parry.url}/articles/`));
    });
  });

  it("DocSearch leads to the heading that answers", async () => {
    await visit("docsearch", async (page) => {
      await page.locator(".DocSearch-Button").click();
      await page.locator(".DocSearch-Input").fill("says sent and the time is over");
      const hit = page.locator(".DocSearch-Hit a").first();
      await page.locator(".DocSearch-Hit mark").first().waitFor();
      assert.equal(
        await hit.getAttribute("href"),
        `${parry.url}/articles/refund-not-received#it-says-sent-and-the-time-is-over`,
      );
      assert.match(await hit.textContent(), /It says .?Sent/i);
      await page.keyboard.press("Enter");
      await page.waitForURL(/refund-not-received#it-says-sent/);
      const heading = page.locator("#it-says-sent-and-the-time-is-over");
      assert.equal(await heading.count(), 1, "the anchor is there");
    });
  });
});
