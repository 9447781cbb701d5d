// The way to a person, in a browser, against the real program (PARRY_BIN):
// what a visitor searched for and read arrives with the message, and nothing
// stands in the message's way.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import axe from "axe-core";
import { launch, watch } from "./browser.js";
import { bin, startParry } from "./parry.js";

const skip = bin ? false : "PARRY_BIN does not name the program";
const ASKED = "My refund has not arrived, and it has been three weeks.";
const EMAIL = "ann@shop.example";

let browser, parry, key;

/** A page of its own for `act`, with what it told /v1/events; whatever it
 * complains of fails the test. `refused`: the status that is no complaint;
 * `script` runs before the page's own. */
async function visit(
  path,
  act,
  { refused, site = parry, script, ...options } = {},
) {
  const context = await browser.newContext(options);
  try {
    if (script) await context.addInitScript(script);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const complaints = watch(page);
    const told = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/v1/events"))
        told.push(...JSON.parse(request.postData()).events);
    });
    await page.goto(site.url + path);
    await act(page, told);
    const left = complaints.filter(
      (text) => !(refused && text.includes(`status of ${refused}`)),
    );
    assert.deepEqual(left, []);
  } finally {
    await context.close();
  }
}

async function ask(path) {
  const headers = { authorization: `Bearer ${key}` };
  const reply = await fetch(parry.url + path, { headers });
  assert.equal(reply.status, 200, path);
  return reply.json();
}

/** What `see` gives as soon as it gives something. */
async function until(see) {
  for (let i = 0; i < 100; i++) {
    const seen = await see();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`never: ${see}`);
}

const casesOf = async (email) =>
  (await ask("/v1/cases?limit=100")).cases.filter(
    (it) => it.customerEmail === email,
  );

/** Awaits the suggestions for what is typed. */
async function describeIt(page, text = ASKED) {
  await page.locator("#contact-description").focus();
  await page.keyboard.type(text);
  await page.locator("#contact-answers a").first().waitFor();
}

const press = (page, name) => page.locator(`button[name=${name}]`).click();

async function arrived(page) {
  await page.waitForURL(/\/ticket\//);
  assert.match(await page.locator("h1").textContent(), /^Ticket \S{4}-\S{4}$/);
}

const typesOf = (told) => told.map(({ type }) => type);

describe("the contact form", { skip }, () => {
  before(async () => {
    const options = ["--text-only", "--option", "desk.per_hour=0"];
    [browser, parry] = await Promise.all([launch(), startParry(...options)]);
    const rights = ["--name", "test", "--rights", "all"];
    key = await parry.run("keys create", ...rights);
  });
  after(() => Promise.all([browser?.close(), parry?.close()]));

  it("shows articles while it is filled in", async () => {
    await visit("/contact", async (page, told) => {
      assert.ok(await page.locator("#contact-answers").isHidden());
      await describeIt(page);
      const links = page.locator("#contact-answers a");
      const all = await links.evaluateAll((each) =>
        each.map((it) => it.getAttribute("href")),
      );
      assert.ok(all.length > 0 && all.length <= 5, all);
      assert.match(all.join(" "), /\/articles\/refund/);
      await until(() => typesOf(told).includes("form_suggestion_shown"));
      const shown = told.findLast((it) => it.type === "form_suggestion_shown");
      assert.equal(shown.articles.length, all.length);
      assert.ok(shown.query_id && shown.session);
      assert.equal(told[0].type, "form_opened");
      const opened = page.waitForEvent("popup");
      await links.first().click();
      await (await opened).waitForURL(/\/articles\//);
      const click = told.find((it) => it.type === "click");
      assert.deepEqual([click.article, click.position], [shown.articles[0], 1]);
      assert.ok(await links.first().isVisible(), "the form is still there");
    });
  });

  it("asks whether it helped, then whether to stop, and sends nothing", async () => {
    await visit("/contact", async (page, told) => {
      await page.locator("#contact-email").fill("quiet@shop.example");
      await describeIt(page);
      await press(page, "yes");
      const stop = page.locator("button[name=stop]:focus");
      await stop.waitFor();
      await page.keyboard.press("Enter");
      await page.locator("#contact-done:focus").waitFor();
      assert.ok(await page.locator("#contact").isHidden());
      await until(() => typesOf(told).includes("solved"));
      assert.ok(told.find((it) => it.type === "solved").query_id);
    });
    assert.deepEqual(await casesOf("quiet@shop.example"), []);
  });

  it("sends the message, too, of who was helped", async () => {
    await visit("/contact", async (page, told) => {
      await page.locator("#contact-email").fill("both@shop.example");
      await describeIt(page);
      await press(page, "yes");
      await press(page, "go-on");
      await arrived(page);
      assert.ok(typesOf(told).includes("solved"));
    });
    await until(async () => (await casesOf("both@shop.example")).length === 1);
  });

  it("sends the message of who was not helped, and what is missing is asked", async () => {
    await visit("/contact", async (page, told) => {
      await describeIt(page);
      await press(page, "no");
      await page.locator("#contact-email:focus").waitFor();
      await page.keyboard.type("more@shop.example");
      await page.keyboard.press("Enter");
      await arrived(page);
      assert.ok(typesOf(told).includes("not_solved"));
    });
  });

  it("sends once what is sent twice, and again what was changed", async () => {
    await visit("/contact", async (page) => {
      await page.locator("#contact-description").fill(ASKED);
      await page.locator("#contact-email").fill("twice@shop.example");
      await page.locator("button[type=submit]").dblclick();
      await arrived(page);
      await page.goBack();
      await page.locator("#contact-description").fill("Another matter.");
      await page.locator("#contact-email").fill("twice@shop.example");
      await page.locator("#contact button[type=submit]").click();
      await arrived(page);
    });
    await until(async () => (await casesOf("twice@shop.example")).length >= 2);
    assert.equal((await casesOf("twice@shop.example")).length, 2);
  });

  it("works without JavaScript, and says what is wrong", async () => {
    const plain = { javaScriptEnabled: false, refused: 400 };
    const fill = async (page) => {
      await page.locator("#contact-description").fill("No <b>script</b> here.");
      await page.locator("#contact-email").fill("nobody@nowhere");
      await page.locator("#contact button[type=submit]").click();
      await page.locator("[role=alert]", { hasText: "email" }).waitFor();
      const kept = page.locator("#contact-description");
      assert.equal(await kept.inputValue(), "No <b>script</b> here.");
      await page.locator("#contact-email").fill(EMAIL);
      await page.locator("#contact button[type=submit]").click();
      await arrived(page);
    };
    await visit("/contact", fill, plain);
  });

  it("has a field for programs that no key and no eye comes to", async () => {
    await visit("/contact", async (page) => {
      const seen = [];
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press("Tab");
        seen.push(await page.evaluate(() => document.activeElement.name ?? ""));
      }
      for (const name of ["subject", "description", "email", "share_journey"])
        assert.ok(seen.includes(name), name);
      assert.ok(!seen.includes("website"));
      const box = await page.locator("#contact-website").boundingBox();
      assert.ok(box.x + box.width < 0, "outside of the window");
    });
  });

  it("does the work that is asked for", async () => {
    const options = ["work_bits=12", "per_hour=0"].flatMap((one) => [
      "--option",
      `desk.${one}`,
    ]);
    const site = await startParry("--text-only", ...options);
    try {
      const send = async (page) => {
        await page.locator("#contact-description").fill(ASKED);
        await page.locator("#contact-email").fill(EMAIL);
        await page.locator("#contact button[type=submit]").click();
        await arrived(page);
        await page.goBack(); // done work is good once
        await page.locator("#contact-description").fill("Another matter.");
        await page.locator("#contact button[type=submit]").click();
        await arrived(page);
      };
      // As on plain HTTP, and where the program was built without npm.
      const noSubtle = "Object.defineProperty(crypto, 'subtle', {});";
      const noAsset =
        "Object.defineProperty(window, 'parrySha256', { set() {} });";
      for (const script of [noSubtle, noAsset])
        await visit("/contact", send, { site, script });
    } finally {
      await site.close();
    }
  });

  it("takes along what was searched for and read, and leads to the survey", async () => {
    const visitor = "journey@shop.example";
    let article, suggested, title;
    await visit("/search?q=refund+not+received", async (page) => {
      const link = page.locator(".result a").first();
      title = await link.textContent();
      await link.click();
      await page.waitForURL(/\/articles\//);
      article = await page.locator("article").getAttribute("data-id");
      await page.waitForTimeout(900);
      await page.locator("#parry-q").focus();
      await page.keyboard.type("parcel");
      await page.locator(".parry-all", { hasText: "parcel" }).waitFor();
      await page.waitForTimeout(600); // at rest, the answer has its name
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      await page.waitForURL((url) => !url.pathname.endsWith(article));
      suggested = await page.locator("article").getAttribute("data-id");
      await page.waitForTimeout(700);
      await page.locator(".bottom a", { hasText: "Contact us" }).click();
      await page.waitForURL(/\/contact/);
      await page.locator("#contact-description").fill(ASKED);
      await page.locator("#contact-email").fill(visitor);
      await page.locator("input[name=share_journey]").check();
      await page.locator("#contact button[type=submit]").click();
      await arrived(page);
      const opened = await page.locator(".note time").first().textContent();
      assert.match(opened, /^\d+ [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC$/);
      await page.locator("button[name=score][value='4']").click();
      await page.locator("#survey-comment").fill("Quicker, please.");
      await page.locator("button", { hasText: "Send" }).click();
      await page.locator("[role=status]", { hasText: "Thank you" }).waitFor();
      const chosen = page.locator("button[name=score][aria-current]");
      assert.equal(await chosen.getAttribute("value"), "4");
    });
    const [made] = await until(async () => {
      const cases = await casesOf(visitor);
      return cases.length > 0 && cases;
    });
    const packet = await ask(`/v1/cases/${made.id}/packet`);
    const { searches } = packet.journey;
    const asked = searches.find((it) => it.text === "refund not received");
    assert.ok(asked, JSON.stringify(searches));
    const [opened] = asked.opened;
    assert.deepEqual([opened.id, opened.title], [article, title]);
    assert.ok(opened.dwell_ms >= 800 && opened.dwell_ms < 30_000, opened);
    const typed = searches.find((it) => it.text === "parcel");
    assert.deepEqual(
      typed?.opened.map(({ id }) => id),
      [suggested],
      JSON.stringify(searches),
    );
    assert.deepEqual(packet.consent, { journey: true });
  });

  it("takes nothing along of who does not say so", async () => {
    await visit("/search?q=refund", async (page) => {
      await page.locator("a", { hasText: "Write to a person" }).click();
      await page.locator("#contact-description").fill(ASKED);
      await page.locator("#contact-email").fill("private@shop.example");
      await page.locator("#contact button[type=submit]").click();
      await arrived(page);
    });
    const [made] = await until(async () => {
      const cases = await casesOf("private@shop.example");
      return cases.length > 0 && cases;
    });
    const packet = await ask(`/v1/cases/${made.id}/packet`);
    assert.equal(packet.journey, undefined);
  });

  describe("has no serious fault that axe knows of", () => {
    const suggesting = (page) => describeIt(page);
    const second = async (page) => {
      await describeIt(page);
      await press(page, "yes");
    };
    const ticket = async (page) => {
      await page.locator("#contact-description").fill(ASKED);
      await page.locator("#contact-email").fill(EMAIL);
      await page.locator("#contact button[type=submit]").click();
      await arrived(page);
    };
    const places = [
      ["empty", () => {}],
      ["articles", suggesting],
      ["second question", second],
      ["ticket", ticket],
    ];
    const looks = [
      ["light", { colorScheme: "light" }],
      ["dark", { colorScheme: "dark" }],
      ["forced colours", { forcedColors: "active" }],
      ["narrow", { viewport: { width: 320, height: 640 } }],
    ];
    for (const [look, options] of looks) {
      it(look, async () => {
        for (const [name, go] of places) {
          const check = async (page) => {
            await go(page);
            await page.evaluate(axe.source);
            const { violations } = await page.evaluate(() => window.axe.run());
            const told = violations
              .filter(({ impact }) => /serious|critical/.test(impact))
              .map(({ id, nodes }) => `${name}: ${id}: ${nodes[0].html}`);
            assert.deepEqual(told, []);
            const [wide, all] = await page.evaluate(() => [
              document.documentElement.scrollWidth,
              document.documentElement.clientWidth,
            ]);
            assert.ok(wide <= all, `${name}: ${wide} pixels in ${all}`);
          };
          await visit("/contact", check, options);
        }
      });
    }
  });
});
