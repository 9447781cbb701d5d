// The search box: turns every
//
//   <form role="search" action="/search">
//     <input class="parry-search" type="search" name="q"
//            data-suggest="/v1/suggest" data-audience="customer">
//
// into a combobox that suggests articles at each keystroke. The pattern is the
// ARIA Authoring Practices' "editable combobox with list autocomplete", manual
// selection: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/. Where the
// script or the network fails, the plain form remains and works.
//
// What it adds, in the input's parent (which becomes .parry-anchor, the frame
// that the popup hangs from), with the classes that a style sheet may use:
//
//   div.parry-popup     role=listbox; hidden while closed
//     a.parry-option    role=option, [aria-selected=true] where the keys are;
//                       a link, so that it can be opened in a new tab
//       span.parry-title, .parry-section, .parry-snippet (with <mark>),
//       .parry-category
//     a.parry-option.parry-completion   role=option: what the query may become;
//                       to its results
//     a.parry-option.parry-all   role=option: all results, on the search page
//       span.parry-doubt         before its text, once typing rests: the server
//                                says that no article is likely to answer
//   div.parry-none      "No results", for the eye
//   div.parry-status    role=status, for the ear: to be hidden from the eye
//
// data-page="/account/orders" on the input says where in a host's site it
// stands, data-page-product="App" which product is shown there: articles about
// them are raised. Load the script with type="module" or defer. Words: words.ts. data-keys="off" on the form leaves
// "/" and Ctrl+K (Command+K) to the page.

import { appendMarked } from "./marks";
import {
  createSuggester,
  type Answer,
  type Completion,
  type Hit,
  type Suggester,
} from "./suggest";
import { createWords, type Words } from "./words";

/** How long the list of the query before stays while the next is awaited. */
const STALE_MS = 300;
/** Rest after a letter before the first place goes to the best, whoever held it
 * while letters came. */
const SETTLE_MS = 300;
/** Quiet before a screen reader is told: speaking the keys comes first. */
const ANNOUNCE_MS = 500;
/** Quiet, and characters, before it is doubted that there is an article: half a
 * question is never likely to be answered. */
const DOUBT_MS = 800;
const DOUBT_LENGTH = 12;

interface Box {
  readonly form: HTMLFormElement;
  readonly input: HTMLInputElement;
  readonly popup: HTMLElement;
  readonly none: HTMLElement;
  readonly status: HTMLElement;
  readonly words: Words;
  readonly suggester: Suggester;
  composing: boolean; // an input method holds text that is no query yet
  shown: string; // the query whose options the popup holds
  first: string; // id of the article that is first there; "": none
  active: number; // of the popup's options; -1: the input itself
  step: number; // an arrow key that awaits an answer: 1 down, -1 up, 0 none
  staleTimer: number;
  settleTimer: number;
  statusTimer: number;
  doubtTimer: number;
}

type Attributes = Readonly<Record<string, string>>;

function setAttributes(target: Element, attributes: Attributes): void {
  for (const name in attributes) {
    target.setAttribute(name, attributes[name] ?? "");
  }
}

/** name: its class, without "parry-". */
function element(
  tag: string,
  name: string,
  text: string,
  attributes: Attributes,
): HTMLElement {
  const made = document.createElement(tag);
  made.className = "parry-" + name;
  made.textContent = text;
  setAttributes(made, attributes);
  return made;
}

// ---- the popup

function queryOf(box: Box): string {
  return box.input.value.trim();
}

/** Moves the keys to that option; -1: to the input itself. */
function setActive(box: Box, index: number): void {
  const options = box.popup.children;
  const option = options[index];
  options[box.active]?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  box.active = index;
  setAttributes(box.input, { "aria-activedescendant": option?.id ?? "" });
}

/** Which of its two faces shows; neither is "closed". */
function setOpen(box: Box, popup: boolean, none: boolean): void {
  box.popup.hidden = !popup;
  box.none.hidden = !none;
  setAttributes(box.input, { "aria-expanded": `${popup}` });
}

function announce(box: Box, message: string, after_ms: number): void {
  clearTimeout(box.statusTimer);
  box.statusTimer = window.setTimeout(() => {
    box.status.textContent = message;
  }, after_ms);
}

function hide(box: Box): void {
  clearTimeout(box.doubtTimer);
  setActive(box, -1);
  setOpen(box, false, false);
  announce(box, "", 0);
}

/** Hides it and forgets what was asked. */
function close(box: Box): void {
  clearTimeout(box.staleTimer);
  clearTimeout(box.settleTimer);
  box.suggester.cancel();
  box.first = "";
  hide(box);
}

function createOption(name: string, href: string, text: string): HTMLElement {
  return element("a", name, text, {
    role: "option",
    href,
    tabindex: "-1",
    "aria-selected": "false",
  });
}

function hitOption(hit: Hit): HTMLElement {
  const option = createOption("option", hit.url, "");
  const add = (name: string, text: string): HTMLElement => {
    const part = element("span", name, text, {});
    option.append(part, " "); // the space is for the accessible name
    return part;
  };
  add("title", hit.title);
  if (hit.section && hit.section !== hit.title) add("section", hit.section);
  if (hit.snippet) appendMarked(add("snippet", ""), hit.snippet);
  if (hit.category) add("category", hit.category);
  return option;
}

/** Where the form would go with this query. */
function resultsOf(box: Box, query: string): string {
  const url = new URL(box.form.action);
  new FormData(box.form).forEach((value, key) =>
    url.searchParams.set(key, `${value}`),
  );
  url.searchParams.set(box.input.name, query);
  return url.href;
}

function completionOption(box: Box, completion: Completion): HTMLElement {
  const href = resultsOf(box, completion.text);
  const option = createOption("option parry-completion", href, "");
  appendMarked(option, completion.html);
  return option;
}

/** The last one. */
function allOption(box: Box, query: string): HTMLElement {
  const text = box.words("all", 0, query);
  return createOption("option parry-all", resultsOf(box, query), text);
}

/** Where the page keeps what a visitor does before writing to a person
 * (journey.js), it hears which suggestion was opened. */
interface Journey {
  follow(article: string, position: number, queryId: string): void;
}

function follow(answer: Answer, index: number): void {
  const { parryJourney } = window as { parryJourney?: Journey };
  const hit = answer.hits[index];
  if (!hit || !answer.queryId) return;
  parryJourney?.follow(hit.id, index + 1, answer.queryId);
}

function answerOptions(answer: Answer): HTMLElement[] {
  return answer.hits.map((hit, i) => {
    const option = hitOption(hit);
    option.addEventListener("click", () => follow(answer, i));
    return option;
  });
}

/** Articles stand first, so that what completes the query does not move them.
 */
function fill(box: Box, query: string, answer: Answer): void {
  const options = [
    ...answerOptions(answer),
    ...answer.completions.map((each) => completionOption(box, each)),
    ...(query ? [allOption(box, query)] : []),
  ];
  options.forEach((option, i) => (option.id = `${box.popup.id}-${i}`));
  setActive(box, -1);
  box.popup.replaceChildren(...options);
  box.popup.scrollTop = 0;
  box.shown = query;
  box.first = answer.hits[0]?.id ?? "";
}

/** In the last option, so that nothing moves under a hand that goes for one. */
function doubt(box: Box): void {
  const all = box.popup.lastElementChild;
  if (!all || all.querySelector(".parry-doubt")) return;
  const text = box.words("doubt");
  all.prepend(element("span", "doubt", text, {}), " ");
  announce(box, text, 0);
}

function show(box: Box, query: string, answer: Answer, again: boolean): void {
  clearTimeout(box.doubtTimer);
  if (!box.input.matches(":focus")) return; // the answer came after they left
  const n = answer.hits.length;
  const some = n + answer.completions.length > 0;
  if (box.shown !== query || again) fill(box, query, answer);
  setOpen(box, some, !some && answer.settled);
  if (n || answer.settled) {
    announce(box, box.words(n ? "results" : "none", n), ANNOUNCE_MS);
  }
  if (some && box.step) {
    setActive(box, box.step > 0 ? 0 : box.popup.childElementCount - 1);
  }
  if (n && answer.settled && answer.doubtful && query.length >= DOUBT_LENGTH) {
    box.doubtTimer = window.setTimeout(() => doubt(box), DOUBT_MS);
  }
}

/** Nobody types: the best comes first. Not under somebody who is choosing. */
function settle(box: Box, query: string): void {
  if (box.active >= 0 || queryOf(box) !== query) return;
  box.suggester.ask(query, null, (answer) => {
    if (answer && box.active < 0) show(box, query, answer, true);
  });
}

/** Nothing is asked yet: what the help centre puts forward, if anything. Not
 * announced: the listbox says that it is there. */
function showPromoted(box: Box): void {
  close(box);
  box.step = 0;
  box.suggester.ask("", "", (answer) => {
    if (!answer?.hits.length || !box.input.matches(":focus")) return;
    fill(box, "", answer);
    box.first = ""; // no letter was answered by it
    setOpen(box, true, false);
  });
}

/** Asks for what stands in the input and shows the answer; step: where to go
 * in it. */
function suggest(box: Box, step: number): void {
  const query = queryOf(box);
  if (!query) {
    showPromoted(box);
    return;
  }
  box.step = step;
  clearTimeout(box.doubtTimer);
  clearTimeout(box.staleTimer);
  clearTimeout(box.settleTimer);
  box.staleTimer = window.setTimeout(() => hide(box), STALE_MS);
  box.suggester.ask(query, box.first, (answer) => {
    clearTimeout(box.staleTimer);
    if (!answer) {
      close(box);
      return;
    }
    show(box, query, answer, false);
    if (answer.settled) return;
    box.settleTimer = window.setTimeout(() => settle(box, query), SETTLE_MS);
  });
}

// ---- keys

/** From the input (-1) round through the options and back to it. */
function move(box: Box, step: number): void {
  if (box.popup.hidden || box.shown !== queryOf(box)) {
    suggest(box, step);
    return;
  }
  const stops = box.popup.childElementCount + 1;
  setActive(box, ((box.active + 1 + step + stops) % stops) - 1);
}

function onArrow(box: Box, event: KeyboardEvent): boolean {
  const editing = event.shiftKey || event.ctrlKey || event.metaKey;
  if (editing || (!queryOf(box) && box.popup.hidden)) return false;
  const down = event.key === "ArrowDown";
  if (!event.altKey) move(box, down ? 1 : -1);
  else if (!down) close(box);
  else if (box.popup.hidden) suggest(box, 0);
  return true;
}

/** The first closes, the second clears, a third is for a dialog around us. */
function onEscape(box: Box): boolean {
  if (box.suggester.cancel() || !box.popup.hidden || !box.none.hidden) {
    close(box);
    return true;
  }
  if (!box.input.value) return false;
  box.input.value = "";
  return true;
}

function onEnter(box: Box): boolean {
  const option = box.popup.children[box.active] as HTMLElement | undefined;
  option?.click(); // without one the form submits
  return !!option;
}

/** Text in composition is no query yet. Except on Android, whose keyboards
 * compose every word of every language. */
function isComposing(event: InputEvent | KeyboardEvent): boolean {
  return event.isComposing && !/Android/.test(navigator.userAgent);
}

/** Whether the key was ours; any other keeps what the browser does with it. */
function onKey(box: Box, event: KeyboardEvent): boolean {
  // Enter takes an input method's candidate and must not submit: Safari sends
  // it when the composition is over already, told only by its code, 229.
  if (isComposing(event) || event.keyCode === 229) {
    return event.key === "Enter";
  }
  switch (event.key) {
    case "ArrowDown":
    case "ArrowUp":
      return onArrow(box, event);
    case "Escape":
      return onEscape(box);
    case "Enter":
      return onEnter(box);
    case "Home":
    case "End":
    case "ArrowLeft":
    case "ArrowRight":
      setActive(box, -1); // back to editing; the caret moves as ever
  }
  return false;
}

// ---- one box

function onInput(box: Box, event: InputEvent): void {
  box.composing = isComposing(event);
  setActive(box, -1);
  if (!box.composing) suggest(box, 0);
}

function onOptionClick(box: Box, event: MouseEvent): void {
  const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
  if (!elsewhere && event.target !== box.popup) close(box);
}

function listen(box: Box): void {
  const { form, input, popup } = box;
  const on = <K extends keyof HTMLElementEventMap>(
    target: HTMLElement,
    type: K,
    act: (event: HTMLElementEventMap[K]) => void,
  ): void => target.addEventListener(type, act);
  const leave = (event: FocusEvent): void => {
    const to = event.relatedTarget as Node | null;
    if (to !== input && !popup.contains(to)) close(box);
  };

  on(input, "input", (event) => onInput(box, event as InputEvent));
  on(input, "compositionend", () => {
    box.composing = false;
    suggest(box, 0);
  });
  on(input, "focus", () => {
    if (!queryOf(box)) showPromoted(box);
  });
  on(input, "keydown", (event) => {
    if (onKey(box, event)) event.preventDefault();
  });
  on(input, "blur", leave);
  on(popup, "focusout", leave);
  on(popup, "mousedown", (event) => event.preventDefault()); // keeps the focus
  on(popup, "click", (event) => onOptionClick(box, event));
  on(form, "submit", (event) => {
    if (box.composing) event.preventDefault();
    else close(box);
  });
}

function createBox(
  form: HTMLFormElement,
  input: HTMLInputElement,
  number: number,
): Box {
  const words = createWords(form);
  const { suggest = "", audience, page, pageProduct } = input.dataset;
  const endpoint = new URL(suggest, document.baseURI);
  if (audience) endpoint.searchParams.set("audience", audience);
  if (page) endpoint.searchParams.set("page", page);
  if (pageProduct) endpoint.searchParams.set("page_product", pageProduct);
  return {
    form,
    input,
    words,
    suggester: createSuggester(endpoint),
    popup: element("div", "popup", "", {
      id: `parry-list-${number}`,
      role: "listbox",
      tabindex: "-1", // one that scrolls would else be a stop of the Tab key
      "aria-label": words("list"),
    }),
    none: element("div", "none", words("none"), {
      "aria-hidden": "true", // the status says so already
    }),
    status: element("div", "status", "", { role: "status" }),
    composing: false,
    shown: "",
    first: "",
    active: -1,
    step: 0,
    staleTimer: 0,
    settleTimer: 0,
    statusTimer: 0,
    doubtTimer: 0,
  };
}

function upgrade(input: HTMLInputElement, number: number): void {
  const { form, parentElement: anchor } = input;
  if (!form || !anchor) return;
  const box = createBox(form, input, number);
  anchor.classList.add("parry-anchor");
  anchor.append(box.popup, box.none, box.status);
  setAttributes(input, {
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-controls": box.popup.id,
  });
  setOpen(box, false, false);
  listen(box);
}

// ---- the page

function isEditing(target: EventTarget | undefined): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input, textarea, select"))
  );
}

function isShortcut(event: KeyboardEvent): boolean {
  if (event.altKey || event.defaultPrevented) return false;
  return event.ctrlKey || event.metaKey
    ? /^k$/i.test(event.key) && !event.shiftKey
    : event.key === "/";
}

/** "/" and Ctrl+K go to the first box that can be seen. */
function onPageKey(inputs: HTMLInputElement[], event: KeyboardEvent): void {
  if (!isShortcut(event) || isEditing(event.composedPath()[0])) return;
  const input = inputs.find(
    ({ form, offsetParent }) => form?.dataset.keys !== "off" && offsetParent,
  );
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
}

const inputs = [
  ...document.querySelectorAll<HTMLInputElement>(
    "input.parry-search[data-suggest]",
  ),
];
inputs.forEach(upgrade);
document.addEventListener("keydown", (event) => onPageKey(inputs, event));
