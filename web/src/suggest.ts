// The client of GET /v1/suggest: one request at a time, answers kept per
// query, and a later question silences an earlier one.

export interface Hit {
  readonly title: string;
  readonly url: string; // http or https, may be relative
  readonly section: string;
  readonly category: string;
  readonly snippet: string; // HTML: see marks.ts
}

export interface Answer {
  readonly hits: readonly Hit[];
  readonly doubtful: boolean; // likelier than not, no article answers
}

export interface Suggester {
  /** `done` gets the answer, at once where it is known; null: it failed. Never
   * after the next ask() or cancel(). To ask again for what is being asked
   * changes nothing. */
  ask(query: string, done: (answer: Answer | null) => void): void;
  /** Whether there was a request to cancel. */
  cancel(): boolean;
}

const CACHED_MAX = 100;
const LIMIT = 6;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Not javascript: or data:, which a link would run. */
function isWebAddress(url: string): boolean {
  const link = document.createElement("a");
  link.href = url;
  return /^https?:$/.test(link.protocol);
}

/** The usable hits of a reply; throws where it holds no list of hits. */
function parseHits(reply: {
  hits: Partial<Record<keyof Hit, unknown>>[];
}): Hit[] {
  return reply.hits
    .map((hit) => ({
      title: text(hit.title),
      url: text(hit.url),
      section: text(hit.section),
      category: text(hit.category),
      snippet: text(hit.snippet),
    }))
    .filter((hit) => hit.title && hit.url && isWebAddress(hit.url));
}

async function request(url: URL, signal: AbortSignal): Promise<Answer> {
  const headers = { accept: "application/json" };
  const response = await fetch(url.href, { signal, headers });
  if (!response.ok) throw new Error();
  const reply = await response.json();
  return { hits: parseHits(reply), doubtful: reply.doubtful === true };
}

/** `endpoint` is the address without q and limit. */
export function createSuggester(endpoint: URL): Suggester {
  const known = new Map<string, Answer>();
  let running: AbortController | undefined;
  let asking = "";

  function cancel(): boolean {
    const was = !!running;
    running?.abort();
    running = undefined;
    return was;
  }

  function keep(query: string, answer: Answer): void {
    if (known.size === CACHED_MAX) known.delete([...known.keys()][0] ?? "");
    known.set(query, answer);
  }

  function address(query: string): URL {
    const url = new URL(endpoint);
    url.searchParams.set("q", query);
    url.searchParams.set("limit", `${LIMIT}`);
    return url;
  }

  function send(query: string, done: (answer: Answer | null) => void): void {
    const mine = new AbortController();
    const settle = (answer: Answer | null): void => {
      if (running !== mine) return; // an answer to an earlier question
      running = undefined;
      if (answer) keep(query, answer);
      done(answer);
    };
    running = mine;
    asking = query;
    request(address(query), mine.signal).then(settle, () => settle(null));
  }

  return {
    cancel,
    ask(query, done) {
      if (running && asking === query) return;
      cancel();
      const answer = known.get(query);
      if (answer) done(answer);
      else send(query, done);
    },
  };
}
