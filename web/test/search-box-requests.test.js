// The search box alone: what it asks a server, when, and what it makes of
// answers that are late, hostile or none.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  active,
  asked,
  complaints,
  expanded,
  fixture,
  input,
  open,
  options,
  page,
  pause,
  popup,
  press,
  seeAnswer,
  type,
  typeAndSee,
  typeEachAndSee,
  until,
  waitExpanded,
} from "./box.js";
import { ARTICLES, document as html, form, hit } from "./fixture.js";

describe("requests", () => {
  it("asks at every keystroke, with what is first, limit and audience", async () => {
    await typeEachAndSee("refund");
    assert.deepEqual(
      fixture.asked,
      ["r", "re", "ref", "refu", "refun", "refund"].map((q) => ({
        q,
        limit: "6",
        audience: "customer",
        previous: q === "r" ? "" : "refund-not-received",
      })),
    );
  });

  it("says on which page it stands, and which product is shown there", async () => {
    fixture.page = html(
      form([
        'type="search"',
        'type="search" data-page="/a?b" data-page-product="App & Co"',
      ]),
    );
    await open();
    await typeAndSee("r");
    assert.equal(fixture.asked[0].page, "/a?b");
    assert.equal(fixture.asked[0].page_product, "App & Co");
  });

  it("asks in the very turn of the keystroke", async () => {
    await input().focus();
    const calls = await input().evaluate((box) => {
      let n = 0;
      const real = window.fetch;
      window.fetch = (...all) => {
        n++;
        return real(...all);
      };
      box.value = "r";
      box.dispatchEvent(new Event("input", { bubbles: true }));
      return n;
    });
    assert.equal(calls, 1);
  });

  it("never shows an answer that comes late, and cancels its request", async () => {
    fixture.answer = (q) =>
      q === "a"
        ? { hits: [hit("Stale")], delay_ms: 5000 }
        : { hits: [hit("Fresh")] };
    await type("a");
    await until(asked, ["a"]);
    await typeAndSee("b");
    await until(() => fixture.dropped, ["a"]);
    assert.equal(
      await options().first().locator(".parry-title").textContent(),
      "Fresh",
    );
  });

  it("never shows a late answer even where the request cannot be cancelled", async () => {
    let release;
    const held = new Promise((resolve) => (release = resolve));
    fixture.answer = (q) => (q === "a" ? held : { hits: [hit("Fresh")] });
    await page.evaluate(() => {
      const real = window.fetch;
      window.fetch = (url) => real(url);
    });
    await type("a");
    await until(asked, ["a"]);
    await typeAndSee("b");
    const late = page.waitForResponse(/q=a&/);
    release({ hits: [hit("Stale")] });
    await (await late).finished();
    await pause(100);
    assert.deepEqual(fixture.dropped, []);
    assert.equal(
      await options().first().locator(".parry-title").textContent(),
      "Fresh",
    );
    await press("Backspace"); // what came late was not kept either
    await until(asked, ["a", "ab", "a"]);
  });

  it("keeps one request in flight while typing fast", async () => {
    fixture.answer = (q) => ({
      hits: ARTICLES,
      delay_ms: q === "refund" ? 50 : 5000,
    });
    await typeAndSee("refund");
    const stale = asked().filter((query) => query !== "refund");
    await until(() => [...fixture.dropped].sort(), stale.sort());
  });

  it("takes the old list away when the next answer is slow, not at once", async () => {
    await typeAndSee("a");
    fixture.answer = () => ({ hits: [hit("Slow")], delay_ms: 2000 });
    await input().evaluate((box) => {
      window.changes = [];
      box.addEventListener("input", () => (window.typed = performance.now()));
      new MutationObserver(() =>
        window.changes.push({
          expanded: box.getAttribute("aria-expanded"),
          after_ms: performance.now() - window.typed,
        }),
      ).observe(box, { attributeFilter: ["aria-expanded"] });
    });
    await typeAndSee("b");
    const changes = await page.evaluate(() => window.changes);
    assert.deepEqual(
      changes.map((it) => it.expanded),
      ["false", "true"],
    );
    assert.ok(changes[0].after_ms > 200, "no flicker while it is quick");
    assert.equal(
      await options().first().locator(".parry-title").textContent(),
      "Slow",
    );
  });

  it("asks for a query once", async () => {
    await typeEachAndSee("ref");
    await press("Backspace", "Backspace", "Escape");
    await typeEachAndSee("ef");
    assert.deepEqual(asked(), ["r", "re", "ref"]);
  });

  it("asks nothing new for space around the query", async () => {
    await typeAndSee("refund");
    const before = fixture.asked.length;
    await type("  ");
    await pause(100);
    assert.equal(fixture.asked.length, before);
    await input().fill("   ");
    assert.equal(await expanded(), "false");
    assert.equal(fixture.asked.length, before);
  });

  it("forgets the oldest answers beyond a hundred", async () => {
    await input().focus();
    for (let i = 0; i <= 100; i++) {
      await input().fill(`q${i}`);
      await seeAnswer();
    }
    assert.equal(fixture.asked.length, 101);
    for (const query of ["q100", "q1", "q0"]) {
      await input().fill(query);
      await seeAnswer();
    }
    assert.deepEqual(asked().slice(101), ["q0"]);
  });

  it("does not open where a program changes the text", async () => {
    await input().evaluate((box) => {
      box.value = "refund";
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await until(asked, ["refund"]);
    await pause(100);
    assert.equal(await expanded(), "false");
  });

  it("does not open when the answer comes after the box was left", async () => {
    fixture.answer = () => ({ hits: ARTICLES, delay_ms: 150 });
    await type("refund");
    await press("Tab");
    await pause(300);
    assert.equal(await expanded(), "false");
    assert.equal(await popup().isVisible(), false);
  });
});

describe("doubt", () => {
  const doubts = () => page.locator(".parry-doubt");
  const status = () => page.locator(".parry-status").textContent();
  const text = "We may not have an article on this.";

  beforeEach(() => {
    fixture.answer = (q) => ({
      hits: ARTICLES,
      doubtful: q !== "late refund?",
    });
  });

  it("is told once typing rests, in the last option", async () => {
    await typeAndSee("grow tomatoes");
    assert.equal(await doubts().count(), 0, "not while they type");
    await doubts().waitFor();
    assert.equal(
      await options().last().innerText(),
      `${text}\nSee all results for \u201cgrow tomatoes\u201d`,
    );
    assert.equal(await options().count(), ARTICLES.length + 1);
    await until(status, text);
    await press("ArrowUp");
    assert.equal(await active(), ARTICLES.length);
  });

  it("goes with the question that it was of", async () => {
    await typeAndSee("late refund");
    await type("?");
    await seeAnswer();
    await pause(1200);
    assert.equal(await doubts().count(), 0);
    await press("Backspace");
    await pause(1200);
    assert.equal(await doubts().count(), 0, "of 11 characters");
    await type("s!");
    await doubts().waitFor();
    assert.equal(await doubts().count(), 1);
  });

  it("may be worded by the page", async () => {
    fixture.page = html(
      form(['role="search"', 'role="search" data-t-doubt="Vielleicht nicht"']),
    );
    await open();
    await typeAndSee("grow tomatoes");
    await doubts().waitFor();
    assert.equal(await doubts().textContent(), "Vielleicht nicht");
  });
});

describe("what a server may send", () => {
  it("shows markup as text and runs nothing", async () => {
    const bad = "<img src=x onerror=alert(1)>";
    fixture.answer = () => ({
      hits: [
        hit(`${bad}<b>title</b>`, {
          url: "/articles/1",
          section: `<script>alert(2)</script>`,
          category: "&lt;i&gt; stays",
          snippet:
            `<script>alert(3)</script><mark onclick="alert(4)">a</mark>` +
            `<mark>b &lt;img src=x onerror=alert(5)&gt; &amp;lt; &quot;&#39;&#128512; &#9999999; &unknown;<mark>c</mark>d${bad}<mark>e`,
        }),
        hit("Bad link", { url: "javascript:alert(6)" }),
        hit("Bad link", { url: "data:text/html,<script>alert(7)</script>" }),
        hit("No link", { url: "" }),
        hit("Broken link", { url: "http://[" }),
        { nothing: 1 },
      ],
    });
    await typeAndSee("x");
    const seen = await popup().evaluate((list) => ({
      tags: [
        ...new Set([...list.querySelectorAll("*")].map((it) => it.localName)),
      ].sort(),
      attributes: [
        ...new Set(
          [...list.querySelectorAll("*")].flatMap((it) =>
            it.getAttributeNames(),
          ),
        ),
      ].sort(),
      links: [...list.children].map((it) => it.getAttribute("href")),
      snippet: list.querySelector(".parry-snippet").textContent,
      marks: [...list.querySelectorAll("mark")].map((it) => it.textContent),
      title: list.querySelector(".parry-title").textContent,
      section: list.querySelector(".parry-section").textContent,
      category: list.querySelector(".parry-category").textContent,
    }));
    assert.deepEqual(seen.tags, ["a", "mark", "span"]);
    assert.deepEqual(seen.attributes, [
      "aria-selected",
      "class",
      "href",
      "id",
      "role",
      "tabindex",
    ]);
    assert.deepEqual(seen.links, ["/articles/1", `${fixture.url}search?q=x`]);
    assert.equal(seen.title, `${bad}<b>title</b>`);
    assert.equal(seen.section, "<script>alert(2)</script>");
    assert.equal(seen.category, "&lt;i&gt; stays");
    assert.equal(
      seen.snippet,
      `<script>alert(3)</script><mark onclick="alert(4)">a` +
        `b <img src=x onerror=alert(5)> &lt; "'\u{1f600} &#9999999; &unknown;cd${bad}e`,
    );
    assert.deepEqual(seen.marks, [
      `b <img src=x onerror=alert(5)> &lt; "'\u{1f600} &#9999999; &unknown;`,
      "c",
      "e",
    ]);
    await press("ArrowDown", "Enter");
    await page.waitForURL(/articles\/1$/);
    assert.deepEqual(complaints, []);
  });

  it("shows a query with markup as text", async () => {
    await typeAndSee("<img src=x onerror=alert(1)>");
    assert.equal(
      await options().last().textContent(),
      "See all results for \u201c<img src=x onerror=alert(1)>\u201d",
    );
    assert.deepEqual(complaints, []);
  });

  const failures = {
    "an error": { status: 500, hits: ARTICLES },
    "a refusal": { status: 429, body: "" },
    "no JSON": { body: "<html>" },
    null: { body: "null" },
    "no list": { body: '{"hits":{"length":1}}' },
    "hits that are none": { body: '{"hits":[null]}' },
    "a broken connection": { hangUp: true },
  };
  for (const [name, reply] of Object.entries(failures)) {
    it(`leaves the plain form after ${name}`, async () => {
      await typeAndSee("r");
      fixture.answer = () => reply;
      await type("e");
      await waitExpanded("false");
      assert.deepEqual(
        complaints.filter((it) => it.startsWith("uncaught")),
        [],
      );
      fixture.answer = () => ({ hits: ARTICLES });
      await press("Escape");
      await typeAndSee("re"); // a failure is not kept
      await press("Enter");
      await page.waitForURL(/search\?q=re$/);
    });
  }
});
