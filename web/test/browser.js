// Debian's Chromium, headless, with a profile of its own that goes when it
// closes, and without a way to any other host.
import { chromium } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";

export function launch() {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ],
  });
}

/** What went wrong in a page from now on: uncaught errors, console errors
 * (a blocked script or style among them) and dialogs. */
export function watch(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(`${message.text()} (${message.location().url})`);
    }
  });
  return complaints;
}
