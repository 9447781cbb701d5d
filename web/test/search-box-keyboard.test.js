// The search box alone: the roles, states and keys of a combobox as the ARIA
// Authoring Practices have it.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import axe from "axe-core";
import {
  active,
  caret,
  expanded,
  fixture,
  input,
  lastKey,
  options,
  page,
  pause,
  popup,
  press,
  type,
  typeAndSee,
} from "./box.js";
import { ARTICLES, hit } from "./fixture.js";

const ALL = ARTICLES.length; // the index of "See all results"

describe("roles and states", () => {
  it("is a closed combobox before anything is typed", async () => {
    const attributes = await input().evaluate((box) =>
      Object.fromEntries(
        [...box.attributes].map(({ name, value }) => [name, value]),
      ),
    );
    assert.equal(attributes.role, "combobox");
    assert.equal(attributes["aria-expanded"], "false");
    assert.equal(attributes["aria-autocomplete"], "list");
    assert.equal(attributes.autocomplete, "off");
    assert.equal(attributes["aria-activedescendant"] ?? "", "");
    const list = page.locator(`[id="${attributes["aria-controls"]}"]`);
    assert.equal(await list.getAttribute("role"), "listbox");
    assert.equal(await list.getAttribute("aria-label"), "Suggestions");
    assert.equal(await list.isVisible(), false);
    await input().focus();
    await pause(50);
    assert.equal(await expanded(), "false");
    assert.deepEqual(fixture.asked, []);
  });

  it("shows title, section, marked snippet and category of each hit", async () => {
    await typeAndSee("refund");
    assert.equal(await expanded(), "true");
    assert.equal(await options().count(), ALL + 1);
    const first = options().first();
    assert.equal(
      await first.locator(".parry-title").textContent(),
      "Refund not received",
    );
    assert.equal(
      await first.locator(".parry-section").textContent(),
      "How long it takes",
    );
    assert.equal(
      await first.locator(".parry-category").textContent(),
      "Refunds",
    );
    assert.equal(
      await first.locator(".parry-snippet").innerHTML(),
      "A <mark>refund</mark> of refund-not-received takes five days.",
    );
    assert.equal(await active(), -1);
    const shape = await popup().evaluate((list) => ({
      children: [...list.children].map((it) => it.getAttribute("role")),
      ids: new Set([...list.children].map((it) => it.id)).size,
      selected: [...list.children].map((it) =>
        it.getAttribute("aria-selected"),
      ),
    }));
    assert.deepEqual(shape.children, Array(ALL + 1).fill("option"));
    assert.deepEqual(shape.selected, Array(ALL + 1).fill("false"));
    assert.equal(shape.ids, ALL + 1);
  });

  it("leaves out a section that is missing or repeats the title", async () => {
    fixture.answer = () => ({
      hits: [
        { title: "Only a title", url: "/articles/1" },
        hit("Twice", { section: "Twice", category: null, snippet: "" }),
      ],
    });
    await typeAndSee("x");
    const parts = await options().evaluateAll((all) =>
      all.map((option) => [...option.children].map((part) => part.className)),
    );
    assert.deepEqual(parts, [["parry-title"], ["parry-title"], []]);
  });

  it("ends with all results of the query", async () => {
    await typeAndSee("red & white");
    const last = options().last();
    assert.equal(
      await last.textContent(),
      "See all results for \u201cred & white\u201d",
    );
    assert.match(
      await last.getAttribute("href"),
      /\/search\?q=red\+%26\+white$/,
    );
  });

  it("has no violation that axe knows of, closed and open", async () => {
    await page.evaluate(axe.source);
    const run = () => page.evaluate(() => window.axe.run("form"));
    const closed = await run();
    await typeAndSee("refund");
    await press("ArrowDown");
    const opened = await run();
    for (const result of [closed, opened]) {
      assert.deepEqual(
        result.violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map((n) => n.html)}`,
        ),
        [],
      );
      assert.ok(result.passes.length > 5);
    }
  });
});

describe("keyboard", () => {
  it("goes down through the options and round through the input", async () => {
    await typeAndSee("refund");
    for (const expected of [0, 1, 2, ALL, -1, 0]) {
      await press("ArrowDown");
      assert.equal(await active(), expected);
    }
    assert.equal(await input().inputValue(), "refund");
    assert.equal(await lastKey(), "ArrowDown true");
  });

  it("goes up from the input to the last option, and round", async () => {
    await typeAndSee("refund");
    for (const expected of [ALL, 2, 1, 0, -1, ALL]) {
      await press("ArrowUp");
      assert.equal(await active(), expected);
    }
    assert.equal(await caret(), 6, "the caret does not move");
  });

  it("opens a closed list at its first or last option", async () => {
    await typeAndSee("refund");
    await press("Escape", "ArrowDown");
    assert.equal(await expanded(), "true");
    assert.equal(await active(), 0);
    await press("Escape", "ArrowUp");
    assert.equal(await active(), ALL);
  });

  it("goes to an option of the answer that is still awaited", async () => {
    fixture.answer = () => ({ hits: ARTICLES, delay_ms: 150 });
    await type("refund");
    await press("ArrowDown");
    await options().first().waitFor();
    assert.equal(await active(), 0);
    assert.equal(fixture.asked.filter(({ q }) => q === "refund").length, 1);
  });

  it("leaves arrows alone in an empty box", async () => {
    await input().focus();
    await press("ArrowDown");
    assert.equal(await lastKey(), "ArrowDown false");
    assert.deepEqual(fixture.asked, []);
  });

  it("scrolls the active option into view", async () => {
    fixture.answer = () => ({
      hits: Array.from({ length: 40 }, (_, i) => hit(`Refund ${i}`)),
    });
    await typeAndSee("refund");
    await press("ArrowUp");
    const inside = await popup().evaluate((list) => {
      const outer = list.getBoundingClientRect();
      const inner = list.lastElementChild.getBoundingClientRect();
      return inner.top >= outer.top && inner.bottom <= outer.bottom + 1;
    });
    assert.ok(inside);
    assert.ok(await popup().evaluate((list) => list.scrollTop > 0));
  });

  it("closes with Escape, clears with the second, leaves the third", async () => {
    await typeAndSee("refund");
    await press("ArrowDown", "Escape");
    assert.equal(await expanded(), "false");
    assert.equal(await popup().isVisible(), false);
    assert.equal(await active(), -1);
    assert.equal(await input().inputValue(), "refund");
    await press("Escape");
    assert.equal(await input().inputValue(), "");
    assert.equal(await lastKey(), "Escape true");
    await press("Escape");
    assert.equal(await lastKey(), "Escape false");
  });

  it("does not open after Escape on an awaited answer, nor lose the text", async () => {
    fixture.answer = () => ({ hits: ARTICLES, delay_ms: 150 });
    await type("refund");
    await press("Escape");
    await pause(300);
    assert.equal(await expanded(), "false");
    assert.equal(await input().inputValue(), "refund");
  });

  it("opens the article of the active option with Enter", async () => {
    await typeAndSee("refund");
    await press("ArrowDown", "ArrowDown", "Enter");
    await page.waitForURL(`${fixture.url}articles/refund-times#how-long`);
  });

  it("opens all results with Enter on the last option", async () => {
    await typeAndSee("refund");
    await press("ArrowUp", "Enter");
    await page.waitForURL(`${fixture.url}search?q=refund`);
  });

  it("submits the form with Enter where no option is active", async () => {
    await typeAndSee("refund late");
    await press("Enter");
    await page.waitForURL(`${fixture.url}search?q=refund+late`);
  });

  it("submits what is typed after an option was active", async () => {
    await typeAndSee("refund");
    await press("ArrowDown");
    await type("s");
    assert.equal(await active(), -1);
    await press("Enter");
    await page.waitForURL(`${fixture.url}search?q=refunds`);
  });

  it("is closed when the page comes back", async () => {
    await typeAndSee("refund");
    await press("ArrowDown", "Enter");
    await page.waitForURL(/articles/);
    await page.goBack();
    assert.equal(await popup().isVisible(), false);
  });

  it("opens with Alt+Down without moving and closes with Alt+Up", async () => {
    await typeAndSee("refund");
    await press("Escape", "Alt+ArrowDown");
    assert.equal(await expanded(), "true");
    assert.equal(await active(), -1);
    await press("ArrowDown", "Alt+ArrowDown");
    assert.equal(await active(), 0);
    await press("Alt+ArrowUp");
    assert.equal(await expanded(), "false");
    assert.equal(await active(), -1);
    assert.equal(await input().inputValue(), "refund");
  });

  it("returns to editing with Home, End, Left, Right and letters", async () => {
    await typeAndSee("refund");
    const carets = { Home: 0, End: 6, ArrowLeft: 5, ArrowRight: 6 };
    for (const [key, at] of Object.entries(carets)) {
      await press("ArrowDown");
      assert.equal(await active(), 0);
      await press(key);
      assert.equal(await active(), -1, key);
      assert.equal(await caret(), at, key);
      assert.equal(await lastKey(), `${key} false`);
      assert.equal(await expanded(), "true", `${key} leaves it open`);
    }
    await press("ArrowDown");
    await press("s");
    assert.equal(await active(), -1);
    assert.equal(await input().inputValue(), "refunds");
  });

  it("never takes a key that edits", async () => {
    await typeAndSee("refund late");
    const keys = [
      "Shift+ArrowUp",
      "Shift+ArrowDown",
      "Control+ArrowLeft",
      "Control+ArrowUp",
      "Shift+Home",
      "Control+a",
      "Control+k",
      "/",
      "PageUp",
      "Delete",
      "Backspace",
      "Control+z",
    ];
    for (const key of keys) {
      await press(key);
      assert.equal(await lastKey(), `${key.split("+").at(-1)} false`, key);
    }
  });

  it("keeps the popup out of the Tab order", async () => {
    fixture.answer = () => ({
      hits: Array.from({ length: 40 }, (_, i) => hit(`Refund ${i}`)),
    });
    await typeAndSee("refund");
    // Said outright: Firefox makes whatever scrolls a stop of its own.
    assert.equal(await popup().getAttribute("tabindex"), "-1");
    await press("ArrowDown", "Tab");
    assert.equal(
      await page.evaluate(() => document.activeElement.textContent),
      "Search",
    );
    assert.equal(await expanded(), "false");
    await press("Shift+Tab");
    assert.equal(
      await page.evaluate(() => document.activeElement.id),
      "parry-q",
    );
    assert.equal(await expanded(), "false");
  });
});
