// Takes docs/images/search.png, the picture in the README: the real program
// with the box open. By hand, after its looks have changed:
//
//   npm run build && PARRY_BIN=../build/release/parry node test/screenshot.js
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.js";
import { bin, startParry } from "./parry.js";

const FILE = fileURLToPath(
  new URL("../../docs/images/search.png", import.meta.url),
);
const WIDTH = 1200;
const QUERY = "refund not received";

if (!bin) throw new Error("set PARRY_BIN to the program");
const [browser, parry] = await Promise.all([launch(), startParry()]);
try {
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 900 },
    colorScheme: "light",
  });
  await page.goto(parry.url);
  await page.locator("#parry-q").focus();
  await page.keyboard.type(QUERY);
  await page.locator(".parry-all", { hasText: QUERY }).waitFor();
  await page.keyboard.press("ArrowDown");
  const { y, height } = await page.locator(".parry-popup").boundingBox();
  await mkdir(fileURLToPath(new URL(".", `file://${FILE}`)), {
    recursive: true,
  });
  await page.screenshot({
    path: FILE,
    clip: { x: 0, y: 0, width: WIDTH, height: Math.ceil(y + height) + 24 },
    caret: "initial",
  });
  console.log(FILE);
} finally {
  await Promise.all([browser.close(), parry.close()]);
}
