// The search box alone: what is first stays while letters come, the best is
// first when they rest; and what the query may become.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  active,
  asked,
  complaints,
  fixture,
  input,
  open,
  options,
  page,
  pause,
  popup,
  press,
  type,
  typeAndSee,
  until,
  waitExpanded,
} from "./box.js";
import { document, form, hit } from "./fixture.js";

const steady = [hit("Held"), hit("Best")];
const best = [hit("Best"), hit("Held")];

/** Steady while a letter is new, the best once nobody types. */
function answerBoth(q, { previous }) {
  return previous === undefined
    ? { hits: best }
    : { hits: steady, settled: false };
}

const titles = () => options().locator(".parry-title").allTextContents();
const previous = () => fixture.asked.map((it) => it.previous);

describe("a first place", () => {
  it("is told to the server with the next letter, and no longer at rest", async () => {
    fixture.answer = answerBoth;
    await typeAndSee("r");
    await until(titles, ["Best", "Held"]);
    assert.deepEqual(previous(), ["", undefined]);
    await typeAndSee("e");
    assert.equal(previous()[2], "best");
  });

  it("is asked about once only where the answer is settled", async () => {
    await typeAndSee("r");
    await pause(600);
    assert.deepEqual(asked(), ["r"]);
  });

  it("does not move under somebody who is choosing", async () => {
    fixture.answer = answerBoth;
    await typeAndSee("r");
    await press("ArrowDown");
    const chosen_from = await titles();
    await pause(600);
    assert.deepEqual(await titles(), chosen_from);
    assert.equal(await active(), 0);
  });

  it("begins anew with an empty box", async () => {
    await typeAndSee("r");
    await press("Backspace");
    await waitExpanded("false");
    await typeAndSee("x");
    assert.deepEqual(previous(), ["", ""]);
  });

  it("is not said to be nobody's while letters come", async () => {
    let release;
    const rest = new Promise((resolve) => (release = resolve));
    fixture.answer = (q, it) =>
      it.previous === undefined ? rest : { hits: [], settled: false };
    await type("r");
    await until(previous, ["", undefined]);
    assert.equal(await page.locator(".parry-none").isVisible(), false);
    release({ hits: [] });
    await page.locator(".parry-none").waitFor({ state: "visible" });
  });
});

describe("completions", () => {
  const completions = [
    { text: "Refund times", html: "<mark>Ref</mark>und times" },
    { text: "<b>x</b> & y", html: "&lt;b&gt;x&lt;/b&gt; &amp; <mark>y</mark>" },
  ];

  it("stand below the articles and go to their results", async () => {
    fixture.answer = () => ({ hits: steady, completions });
    await typeAndSee("ref");
    assert.equal(await options().count(), 5);
    const rows = page.locator(".parry-completion");
    assert.deepEqual(await rows.allTextContents(), [
      "Refund times",
      "<b>x</b> & y",
    ]);
    assert.equal(await rows.first().locator("mark").textContent(), "Ref");
    assert.equal(await rows.last().locator("b").count(), 0);
    await press("ArrowDown", "ArrowDown", "ArrowDown", "Enter");
    await page.waitForURL(/\/search\?/);
    const url = new URL(page.url());
    assert.equal(url.searchParams.get("q"), "Refund times");
    assert.deepEqual(complaints, []);
  });

  it("are shown where there is no article yet", async () => {
    fixture.answer = () => ({ hits: [], completions, settled: false });
    await type("re");
    await waitExpanded("true");
    assert.equal(await popup().isVisible(), true);
    assert.equal(await options().count(), 3);
  });

  it("that are none are passed over", async () => {
    fixture.answer = () => ({ hits: steady, completions: [{}, { text: 1 }] });
    await typeAndSee("re");
    assert.equal(await options().count(), 3);
    assert.equal(await input().inputValue(), "re");
  });
});

describe("an empty box", () => {
  it("shows what is promoted on focus, and takes it away on Escape", async () => {
    fixture.promoted = () => ({ hits: [hit("Welcome"), hit("News")] });
    await input().focus();
    await waitExpanded("true");
    assert.deepEqual(await titles(), ["Welcome", "News"]);
    assert.equal(await options().count(), 2); // no "all results" of nothing
    await press("ArrowDown", "ArrowDown");
    assert.equal(await active(), 1);
    await press("Escape");
    await waitExpanded("false");
    await typeAndSee("re");
    assert.equal(previous()[0], "");
    await press("Backspace", "Backspace");
    await until(titles, ["Welcome", "News"]);
  });

  it("stays closed where nothing is", async () => {
    await input().focus();
    await pause(200);
    assert.equal(await popup().isVisible(), false);
    assert.equal(await page.locator(".parry-none").isVisible(), false);
  });
});

it("tells the page that it stands on", async () => {
  const where = ['data-audience="customer"', 'data-page="/account/orders"'];
  fixture.page = document(`<h1>Help</h1>${form(where)}`);
  await open();
  await typeAndSee("re");
  assert.equal(fixture.asked.at(-1).page, "/account/orders");
});
