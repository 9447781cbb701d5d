// The search box alone: input methods, screen readers, mouse, touch, shortcuts.
import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import {
  active,
  asked,
  complaints,
  context,
  expanded,
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
  typeEachAndSee,
  until,
} from "./box.js";
import { form, hit, document as html } from "./fixture.js";

describe("input methods", () => {
  const compose = async (...texts) => {
    const session = await context.newCDPSession(page);
    for (const text of texts) {
      const at = text.length;
      await session.send("Input.imeSetComposition", {
        text,
        selectionStart: at,
        selectionEnd: at,
      });
    }
    return session;
  };
  const key = (name, keyCode) =>
    input().evaluate(
      (box, init) =>
        !box.dispatchEvent(
          new KeyboardEvent("keydown", {
            ...init,
            bubbles: true,
            cancelable: true,
          }),
        ),
      { key: name, keyCode, isComposing: keyCode !== 229 },
    );

  it("asks nothing during composition and once after it", async () => {
    await input().focus();
    const session = await compose("に", "にほ", "日本");
    await pause(50);
    assert.equal(await input().inputValue(), "日本");
    assert.deepEqual(fixture.asked, []);
    await session.send("Input.insertText", { text: "日本" });
    await options().first().waitFor();
    await pause(50);
    assert.deepEqual(asked(), ["日本"]);
  });

  it("takes no key of the input method, and lets none submit", async () => {
    await typeAndSee("refund ");
    await press("ArrowDown");
    await compose("に");
    assert.equal(await key("ArrowDown", 40), false);
    assert.equal(await active(), -1);
    assert.equal(await key("Escape", 27), false);
    assert.equal(await expanded(), "true");
    assert.equal(await key("Enter", 13), true);
    await page.evaluate(() => document.querySelector("form").requestSubmit());
    await pause(100);
    assert.equal(page.url(), fixture.url);
  });

  it("knows a late key of Safari by its code", async () => {
    await typeAndSee("refund");
    assert.equal(await key("ArrowDown", 229), false);
    assert.equal(await active(), -1);
    await press("ArrowDown");
    assert.equal(await key("Enter", 229), true);
    await pause(50);
    assert.equal(page.url(), fixture.url);
  });

  it("suggests during composition on Android, where every word is composed", async () => {
    await open({
      userAgent: "Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130 Mobile",
    });
    await input().focus();
    await compose("r", "re");
    await options().first().waitFor();
    assert.deepEqual(asked(), ["r", "re"]);
    await page.evaluate(() => document.querySelector("form").requestSubmit());
    await page.waitForURL(/search\?q=re$/);
  });
});

describe("what is read out", () => {
  const status = () => page.locator("[role=status]");
  const said = () => page.evaluate(() => window.said);

  beforeEach(() =>
    page.evaluate(() => {
      const region = document.querySelector("[role=status]");
      window.said = [];
      new MutationObserver(() => window.said.push(region.textContent)).observe(
        region,
        {
          childList: true,
        },
      );
    }),
  );

  it("is in the page from the start, empty and unseen", async () => {
    assert.equal(await status().textContent(), "");
    const { width, height } = await status().boundingBox();
    assert.ok(width <= 1 && height <= 1);
  });

  it("tells the number once, half a second after the last letter", async () => {
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 3_600_000);
    await typeEachAndSee("refund");
    await page.clock.runFor(400);
    assert.deepEqual((await said()).filter(Boolean), []);
    await page.clock.runFor(200);
    await until(said, ["3 results"]);
  });

  it("tells one result and none", async () => {
    fixture.answer = (q) => ({ hits: q === "one" ? [hit("One")] : [] });
    await input().fill("one");
    await page.waitForFunction(() => window.said.at(-1) === "1 result");
    await input().fill("nothing");
    await page.waitForFunction(() => window.said.at(-1) === "No results");
    assert.equal(await expanded(), "false");
    assert.equal(await popup().isVisible(), false);
    assert.equal(await page.locator(".parry-none").textContent(), "No results");
    assert.ok(await page.locator(".parry-none").isVisible());
    await press("ArrowDown");
    assert.equal(await active(), -1);
    await press("Escape");
    assert.equal(await page.locator(".parry-none").isVisible(), false);
    assert.equal(await input().inputValue(), "nothing");
  });

  it("falls silent when the box closes", async () => {
    await typeAndSee("refund");
    await press("Escape");
    await pause(700);
    assert.deepEqual((await said()).filter(Boolean), []);
    await press("ArrowDown");
    await page.waitForFunction(() => window.said.at(-1) === "3 results");
    await press("Escape");
    await page.waitForFunction(() => window.said.at(-1) === "");
  });

  it("speaks the words of the form", async () => {
    const words =
      'data-t-results="{n} wyników" data-t-results-one="{n} wynik" data-t-results-few="{n} wyniki" ' +
      'data-t-none="Brak wyników" data-t-all="Wszystkie: {q}" data-t-list="Podpowiedzi"';
    fixture.page = html(
      form(['role="search"', `role="search" ${words}`]),
      "pl",
    );
    fixture.answer = (q) => ({
      hits: ["a", "b", "c", "d", "e"].slice(0, Number(q)).map((t) => hit(t)),
    });
    await page.reload();
    assert.equal(await popup().getAttribute("aria-label"), "Podpowiedzi");
    const expected = [
      "Brak wyników",
      "1 wynik",
      "2 wyniki",
      "3 wyniki",
      "4 wyniki",
      "5 wyników",
    ];
    for (const [n, text] of expected.entries()) {
      await input().fill(`${n}`);
      await status().filter({ hasText: text }).waitFor({ state: "attached" });
    }
    assert.equal(await options().last().textContent(), "Wszystkie: 5");
  });

  it("survives a language that is none", async () => {
    fixture.page = html(form(), "not a_language");
    await page.reload();
    await typeAndSee("refund");
    assert.deepEqual(complaints, []);
  });
});

describe("mouse and touch", () => {
  it("keeps focus while an option is pressed and opens it on click", async () => {
    await typeAndSee("refund");
    const { x, y } = await options().nth(1).boundingBox();
    await page.mouse.move(x + 20, y + 10);
    await page.mouse.down();
    assert.equal(
      await page.evaluate(() => document.activeElement.id),
      "parry-q",
    );
    assert.equal(await expanded(), "true");
    await page.mouse.up();
    await page.waitForURL(`${fixture.url}articles/refund-times#how-long`);
  });

  it("closes when an option leads to another part of this page", async () => {
    fixture.answer = () => ({ hits: [hit("Here", { url: "/#part" })] });
    await typeAndSee("here");
    await options().first().click();
    await page.waitForURL(/#part$/);
    assert.equal(await popup().isVisible(), false);
  });

  it("opens a new tab with Ctrl and stays as it is", async () => {
    await typeAndSee("refund");
    const other = context.waitForEvent("page");
    await options()
      .first()
      .click({ modifiers: ["Control"] });
    await (await other).waitForURL(/articles\/refund-not-received/);
    assert.equal(page.url(), fixture.url);
    assert.equal(await popup().isVisible(), true);
  });

  it("opens an option on a tap", async () => {
    await open({ hasTouch: true, viewport: { width: 390, height: 800 } });
    await typeAndSee("refund");
    await options().nth(1).tap();
    await page.waitForURL(`${fixture.url}articles/refund-times#how-long`);
  });

  it("closes on a click elsewhere", async () => {
    await typeAndSee("refund");
    await page.locator("h1").click();
    assert.equal(await expanded(), "false");
  });

  it("stays within a narrow window", async () => {
    await open({ viewport: { width: 320, height: 600 } });
    await typeAndSee("refund");
    const { x, width } = await popup().boundingBox();
    assert.ok(x >= 0 && x + width <= 320);
    assert.ok(
      await page.evaluate(() => document.documentElement.scrollWidth <= 320),
    );
  });
});

describe("shortcuts", () => {
  const focused = () => page.evaluate(() => document.activeElement.id);

  for (const shortcut of ["/", "Control+k", "Meta+k"]) {
    it(`focus the box: ${shortcut}`, async () => {
      await input().evaluate((box) => (box.value = "old"));
      await press(shortcut);
      assert.equal(await focused(), "parry-q");
      await press("n");
      assert.equal(await input().inputValue(), "n", "its text was selected");
    });
  }

  it("leave alone whoever types elsewhere", async () => {
    fixture.page = html(
      `${form()}<textarea id="t"></textarea><select id="s"><option>1</option></select>
       <div id="e" contenteditable="true">x</div>`,
    );
    await page.reload();
    for (const id of ["t", "s", "e"]) {
      await page.locator(`#${id}`).focus();
      await press("/", "Control+k");
      assert.equal(await focused(), id);
    }
    assert.equal(await page.locator("#t").inputValue(), "/");
    assert.equal(await page.locator("#e").textContent(), "/x");
  });

  it("leave other combinations alone", async () => {
    for (const keys of ["k", "Control+/", "Control+Shift+k", "Alt+/"]) {
      await press(keys);
      assert.equal(await focused(), "", keys);
    }
  });

  it("can be turned off", async () => {
    fixture.page = html(
      form(['role="search"', 'role="search" data-keys="off"']),
    );
    await page.reload();
    await press("/", "Control+k");
    assert.equal(await focused(), "");
  });

  it("pass over a box that cannot be seen", async () => {
    const hidden = form(['id="parry-q"', 'id="other"']);
    fixture.page = html(`<div hidden>${hidden}</div>${form()}`);
    await page.reload();
    await press("/");
    assert.equal(await focused(), "parry-q");
  });
});

describe("several boxes in a page", () => {
  it("work each for itself", async () => {
    fixture.page = html(
      form() +
        form(
          ['id="parry-q"', 'id="other"'],
          ['action="/search"', 'action="/merchant/search"'],
          ['data-audience="customer"', 'data-audience="merchant"'],
          ["<button", '<input type="hidden" name="from" value="page"><button'],
        ),
    );
    await page.reload();
    const other = page.locator("#other");
    const lists = await page
      .locator("[role=combobox]")
      .evaluateAll((all) => all.map((it) => it.getAttribute("aria-controls")));
    assert.equal(new Set(lists).size, 2);
    await type("r");
    await other.focus();
    await page.keyboard.type("r");
    await page.locator("#other[aria-expanded=true]").waitFor();
    assert.equal(await expanded(), "false");
    assert.deepEqual(
      fixture.asked.map(({ audience }) => audience),
      ["customer", "merchant"],
    );
    await press("ArrowUp");
    const option = page.locator("[role=option][aria-selected=true]");
    assert.equal(await option.count(), 1);
    assert.match(
      await option.getAttribute("href"),
      /\/merchant\/search\?q=r&from=page$/,
    );
    assert.equal(
      await option.getAttribute("id"),
      await other.getAttribute("aria-activedescendant"),
    );
    await press("Enter");
    await page.waitForURL(/\/merchant\/search\?q=r&from=page$/);
  });
});
