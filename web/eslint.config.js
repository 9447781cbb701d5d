import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Tests run in Node; the functions that they hand to the browser, in the page.
const testGlobals = [
  "console",
  "process",
  "URL",
  "fetch",
  "setTimeout",
  "clearTimeout",
].concat(
  ["document", "window", "location", "performance", "getComputedStyle"],
  ["Event", "KeyboardEvent", "MutationObserver"],
);

const pageGlobals = [
  "document",
  "window",
  "navigator",
  "location",
  "history",
  "performance",
  "crypto",
  "fetch",
  "setTimeout",
  "clearTimeout",
].concat(["URL", "FormData", "TextEncoder", "Element", "HTMLButtonElement"]);
const readonly = (names) =>
  Object.fromEntries(names.map((name) => [name, "readonly"]));

export default tseslint.config(
  { ignores: ["dist/", "node_modules/"] },
  js.configs.recommended,
  tseslint.configs.recommended,
  {
    files: ["test/**/*.js"],
    languageOptions: { globals: readonly(testGlobals) },
  },
  {
    files: ["static/**/*.js"],
    languageOptions: { globals: readonly(pageGlobals) },
  },
);
