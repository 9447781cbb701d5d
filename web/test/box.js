// A browser on the fixture's page, fresh for each test of a file that imports
// this; and what tests do and see there.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { launch, watch } from "./browser.js";
import { startFixture } from "./fixture.js";

export { pause };
export let fixture, context, page, complaints;
let browser;

before(async () => {
  [browser, fixture] = await Promise.all([launch(), startFixture()]);
});
after(() => Promise.all([browser?.close(), fixture?.close()]));

export async function open(options = {}) {
  await context?.close();
  context = await browser.newContext(options);
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  complaints = watch(page);
  await page.goto(fixture.url);
  await page.evaluate(() => {
    window.prevented = [];
    document.addEventListener("keydown", (event) =>
      window.prevented.push(`${event.key} ${event.defaultPrevented}`),
    );
  });
}

beforeEach(async () => {
  fixture.reset();
  await open();
});
afterEach(async () => {
  await context.close();
  context = undefined;
});

export const input = () => page.locator("#parry-q");
export const popup = () => page.locator(".parry-popup");
export const options = () => page.locator(".parry-popup [role=option]");
export const press = (...keys) =>
  keys.reduce(
    (done, key) => done.then(() => page.keyboard.press(key)),
    Promise.resolve(),
  );

export async function type(text, delay = 0) {
  await input().focus();
  await page.keyboard.type(text, { delay });
}

/** Waits for the answer to what stands in the box. */
export async function seeAnswer() {
  const query = (await input().inputValue()).trim();
  await options()
    .last()
    .filter({ hasText: `\u201c${query}\u201d` })
    .waitFor();
}

export async function typeAndSee(text) {
  await type(text);
  await seeAnswer();
}

/** As a slow typist: each letter is answered before the next. */
export async function typeEachAndSee(text) {
  for (const letter of text) await typeAndSee(letter);
}

/** Waits until `value` gives what is expected, or fails telling what it gave. */
export async function until(value, expected) {
  const end = Date.now() + 15_000;
  for (;;) {
    const seen = await value();
    if (isDeepStrictEqual(seen, expected)) return;
    if (Date.now() > end) assert.deepEqual(seen, expected);
    await pause(20);
  }
}

export const asked = () => fixture.asked.map(({ q }) => q);

export const expanded = () => input().getAttribute("aria-expanded");

export async function waitExpanded(value) {
  await page.locator(`#parry-q[aria-expanded=${value}]`).waitFor();
}

/** Which option the keys are on, told by both attributes, which must agree;
 * -1: the input itself. Focus must be in the input whatever it is. */
export async function active() {
  const seen = await page.evaluate(() => {
    const box = document.querySelector("#parry-q");
    const all = [...document.querySelectorAll(".parry-popup [role=option]")];
    const name = box.getAttribute("aria-activedescendant");
    return {
      named: name ? all.findIndex((option) => option.id === name) : -1,
      unknown: !!name && !document.getElementById(name),
      selected: all.flatMap((option, i) =>
        option.getAttribute("aria-selected") === "true" ? [i] : [],
      ),
      focused: document.activeElement === box,
    };
  });
  assert.equal(seen.unknown, false, "aria-activedescendant names an element");
  assert.deepEqual(seen.selected, seen.named < 0 ? [] : [seen.named]);
  assert.ok(seen.focused, "focus stays in the input");
  return seen.named;
}

export const caret = () => input().evaluate((box) => box.selectionStart);

/** The last key that reached the page, and whether the box had taken it. */
export const lastKey = () => page.evaluate(() => window.prevented.at(-1));
