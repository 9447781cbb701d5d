// Takes the pictures of docs/images/: the real program with the search box
// open, the contact form with its suggestions, and a ticket's page. By hand,
// after their looks have changed:
//
//   npm run build && PARRY_BIN=../build/release/parry node test/screenshot.js
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.js";
import { bin, startParry } from "./parry.js";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const WIDTH = 1200;
const QUERY = "refund not received";
const MESSAGE =
  "My refund for the broken lamp has not arrived. It has been three weeks.";

if (!bin) throw new Error("set PARRY_BIN to the program");

/** From the top down to where `last` ends. */
async function take(page, name, last) {
  await page.evaluate(() => window.scrollTo(0, 0));
  const { y, height } = await page.locator(last).boundingBox();
  const path = `${FOLDER}${name}.png`;
  await page.screenshot({
    path,
    clip: { x: 0, y: 0, width: WIDTH, height: Math.ceil(y + height) + 24 },
    caret: "initial",
    fullPage: true,
  });
  console.log(path);
}

async function search(page) {
  await page.goto(parry.url);
  await page.locator("#parry-q").focus();
  await page.keyboard.type(QUERY);
  await page.locator(".parry-all", { hasText: QUERY }).waitFor();
  await page.keyboard.press("ArrowDown");
  await take(page, "search", ".parry-popup");
}

async function contact(page) {
  await page.goto(`${parry.url}/contact`);
  await page.locator("#contact-description").fill(MESSAGE);
  await page.locator("#contact-answers a").first().waitFor();
  await page.locator("#contact-email").fill("ann@shop.example");
  await page.locator("#contact-description").focus();
  await take(page, "contact", "#contact button[type=submit]");
}

async function ticket(page) {
  await page.locator("#contact button[type=submit]").click();
  await page.waitForURL(/\/ticket\//);
  await page.waitForTimeout(500); // it is delivered meanwhile
  await page.reload();
  await take(page, "ticket", ".survey");
}

const [browser, parry] = await Promise.all([launch(), startParry()]);
try {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 900 },
    colorScheme: "light",
  });
  await mkdir(FOLDER, { recursive: true });
  await search(page);
  await contact(page);
  await ticket(page);
} finally {
  await Promise.all([browser.close(), parry.close()]);
}
