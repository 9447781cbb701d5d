// What who runs the help centre sees in a browser, against the real program
// (PARRY_BIN): the page of the API, and signing in and out.
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import { launch, watch } from "./browser.js";
import { bin, startParry } from "./parry.js";

const skip = bin ? false : "PARRY_BIN does not name the program";
const PASSWORD = "correct horse battery";

let browser, parry;

/** A page of its own for `act`; whatever it complains of fails the test. A
 * refused sign-in is told by the browser, too: `refused` lets that pass. */
async function visit(path, act, { refused = false, ...options } = {}) {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000); // passwords are hashed slowly on purpose
    const complaints = watch(page);
    await page.goto(parry.url + path);
    await act(page);
    const left = complaints.filter(
      (text) => !(refused && /status of 401/.test(text)),
    );
    assert.deepEqual(left, []);
  } finally {
    await context.close();
  }
}

/** RFC 6238: the code of this moment, of a secret in base32. */
function codeOf(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret.replace(/=+$/, "")]
    .map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from(
    bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)),
  );
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac.at(-1) & 15;
  const number = (mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, "0");
}

/** A call as a script of the page makes it: with the cookie, and for a write
 * the session's token. */
const call = (page, method, path, body) =>
  page.evaluate(
    async ([method, path, body]) => {
      const session = await (await fetch("/v1/session")).json();
      const reply = await fetch(path, {
        method,
        headers: {
          "Content-Type": "application/json",
          "X-CSRF-Token": session.csrf ?? "",
        },
        body: body && JSON.stringify(body),
      });
      const text = await reply.text();
      return { status: reply.status, json: text ? JSON.parse(text) : null };
    },
    [method, path, body],
  );

const note = (page, text) =>
  page.locator("#sign-in-note", { hasText: text }).waitFor();

/** With the keyboard alone. */
async function signIn(page, person, password) {
  await page.locator("#sign-in-person").focus();
  await page.keyboard.type(person);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
}

async function checkAccess(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run());
  const told = violations
    .filter(({ impact }) => /serious|critical/.test(impact))
    .map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  assert.deepEqual(told, []);
}

describe("who runs the help centre", { skip }, () => {
  before(async () => {
    [browser, parry] = await Promise.all([launch(), startParry("--text-only")]);
  });
  after(() => Promise.all([browser?.close(), parry?.close()]));

  it("has every operation with what it is for, and leads to it", async () => {
    await visit("/docs", async (page) => {
      const response = await page.request.get(`${parry.url}/v1/openapi.json`);
      const { paths } = await response.json();
      const operations = Object.values(paths).flatMap(Object.values);
      const entries = await page
        .locator(".operation")
        .evaluateAll((all) => all.map((it) => it.id));
      assert.deepEqual(
        entries.toSorted(),
        operations.map((it) => it.operationId).toSorted(),
      );
      await page.locator("nav a", { hasText: "Events" }).focus();
      await page.keyboard.press("Enter");
      await page.waitForURL(/#Events$/);
      const said = await page.locator("#sendFeedback > p").allTextContents();
      const own = ["A vote, or whether it is solved", "Right: events"];
      assert.deepEqual(said.slice(0, 2), own);
      assert.match(said[2], /^200 /); // not what its tag says
    });
  });

  for (const [look, options] of [
    ["light", {}],
    ["dark", { colorScheme: "dark" }],
    ["narrow", { viewport: { width: 320, height: 640 } }],
  ]) {
    it(`fits, and has no serious fault that axe knows of, ${look}`, async () => {
      const check = async (page) => {
        const [wide, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          document.documentElement.clientWidth,
        ]);
        assert.ok(wide <= window, `${wide} pixels in ${window}`);
        await checkAccess(page);
      };
      await visit("/docs", check, options);
      await visit("/admin/sign-in", check, options);
    });
  }

  it("signs in once by its link, adds a person, who signs in with a code and out", async () => {
    const link = new URL(parry.signIn);
    let secret;
    await visit(link.pathname + link.hash, async (page) => {
      await note(page, "Signed in as admin.");
      assert.equal(page.url(), `${parry.url}/admin/sign-in`); // no token is left
      const cookies = await page.context().cookies();
      assert.ok(cookies.every((it) => it.httpOnly && it.sameSite === "Strict"));
      const ada = { id: "ada", role: "editor", password: PASSWORD };
      const { status } = await call(page, "POST", "/v1/people", ada);
      assert.equal(status, 201);
      await page.locator("#sign-out button").click();
      await note(page, "Signed out.");
    });
    const again = async (page) => {
      await note(page, "Who is this?: that is not right.");
    };
    await visit(link.pathname + link.hash, again, { refused: true });

    await visit("/admin/sign-in", async (page) => {
      await signIn(page, "ada", PASSWORD);
      await note(page, "Signed in as ada (editor).");
      const started = await call(page, "POST", "/v1/session/codes");
      ({ secret } = started.json);
      const code = codeOf(secret);
      const kept = await call(page, "PUT", "/v1/session/codes", { code });
      assert.equal(kept.json.recovery.length, 10);
      await page.reload();
      await note(page, "Signed in as ada (editor).");
    });

    const withCode = async (page) => {
      await signIn(page, "ada", PASSWORD);
      await note(page, "A one-time code is needed");
      const field = page.locator("#sign-in-code:focus");
      await field.waitFor();
      await page.keyboard.type(codeOf(secret, 1)); // no code works twice
      await page.keyboard.press("Enter");
      await note(page, "Signed in as ada (editor).");
      await page.locator("#sign-out button").focus();
      await page.keyboard.press("Enter");
      await note(page, "Signed out.");
      const { json } = await call(page, "GET", "/v1/session");
      assert.equal(json.who, "anyone");
    };
    await visit("/admin/sign-in", withCode, { refused: true });
  });

  it("says that a password is wrong, and keeps the form", async () => {
    const wrong = async (page) => {
      await signIn(page, "nobody", "not the password");
      await note(page, "that is not right");
      assert.ok(await page.locator("#sign-in").isVisible());
      assert.ok(await page.locator("#sign-out").isHidden());
    };
    await visit("/admin/sign-in", wrong, { refused: true });
  });
});
