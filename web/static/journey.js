// What a visitor does within one tab: which answers were shown, which articles were opened and for how long. It is told
// to /v1/events, and kept in the tab alone, under a name made up for it; closing the tab ends it.
(() => {
  const MOST = 20;
  const store = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null; // switched off: then nothing is kept, and nothing is told
    }
  })();
  if (store === null) return;
  const read = (name) => JSON.parse(store.getItem(name) ?? "[]");
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const session = store.getItem("parry-session") ?? random();
  store.setItem("parry-session", session);
  // A name that outlives the tab, so that who comes back is the same visitor: only where the help centre says so
  // (serve.visitors), or while an experiment runs at its form. Without storage there is none.
  const lasting = () => {
    try {
      const name = window.localStorage.getItem("parry-visitor") ?? random();
      window.localStorage.setItem("parry-visitor", name);
      return name;
    } catch {
      return "";
    }
  };
  const visitor = document.documentElement.dataset.visitor === undefined ? "" : lasting();
  const who = visitor === "" ? { session } : { session, visitor };
  const device = !window.matchMedia("(pointer: coarse)").matches ? "desktop" : Math.min(window.screen.width, window.screen.height) < 600 ? "mobile" : "tablet";
  const tell = (event) =>
    navigator.sendBeacon("/v1/events", JSON.stringify({ events: [{ ...who, device, locale: document.documentElement.lang, ...event }] }));
  const note = (queryId) => {
    const list = read("parry-queries").filter((id) => id !== queryId);
    store.setItem("parry-queries", JSON.stringify([...list, queryId].slice(-MOST)));
  };

  // An answer's article is about to be opened.
  const follow = (article, position, query_id) => {
    note(query_id);
    store.setItem("parry-from", JSON.stringify({ article, query_id }));
    tell({ type: "click", article, position, query_id });
  };

  // The search page has its answer's id.
  const results = document.querySelector("[data-query-id]");
  if (results !== null && results.dataset.queryId !== "") note(results.dataset.queryId);
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest("[data-article] a") : null;
    if (link === null || results === null) return;
    const { article, position } = link.closest("[data-article]").dataset;
    follow(article, Number(position), results.dataset.queryId);
  });

  // How long the page was seen, not how long it was open; told whenever it is left.
  const dwell = (least, told) => {
    let since = document.visibilityState === "visible" ? performance.now() : 0;
    let seen = 0;
    const stop = () => {
      if (since > 0) seen += performance.now() - since;
      since = 0;
      if (seen < least) return;
      told(Math.round(seen));
      seen = 0;
    };
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") stop();
      else since = performance.now();
    });
    window.addEventListener("pagehide", stop);
  };

  const page = document.querySelector("article[data-id]");
  if (page !== null) {
    const from = JSON.parse(store.getItem("parry-from") ?? "{}");
    const query = from.article === page.dataset.id ? { query_id: from.query_id } : {};
    dwell(500, (dwell_ms) => tell({ type: "view", article: page.dataset.id, dwell_ms, ...query }));
  }
  // Whose list it was is known from here on, whatever is done with it.
  if (results !== null && results.dataset.queryId !== "")
    dwell(0, (dwell_ms) => tell({ type: "impression", query_id: results.dataset.queryId, dwell_ms }));

  window.parryJourney = { session, visitor, lasting, tell, queries: () => read("parry-queries"), follow };
})();
