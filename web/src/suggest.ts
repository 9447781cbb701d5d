// The client of GET /v1/suggest: one request at a time, answers kept per
// query, and a later question silences an earlier one.

export interface Hit {
  readonly id: string;
  readonly title: string;
  readonly url: string; // http or https, may be relative
  readonly section: string;
  readonly category: string;
  readonly snippet: string; // HTML: see marks.ts
}

export interface Completion {
  readonly text: string;
  readonly html: string; // the same with <mark> around what was typed of it
}

export interface Answer {
  readonly hits: readonly Hit[];
  readonly completions: readonly Completion[];
  readonly settled: boolean; // false: asked at rest, it may be another
  readonly doubtful: boolean; // likelier than not, no article answers
  readonly queryId: string; // what an event names it by; "": not settled
}

export interface Suggester {
  /** `done` gets the answer, at once where it is known; null: it failed. Never
   * after the next ask() or cancel(). To ask again for what is being asked
   * changes nothing. previous: the id of the first hit a letter before, "" for
   * none, which stays first unless another is clearly better; null: typing is
   * at rest, and the best is first. */
  ask(
    query: string,
    previous: string | null,
    done: (answer: Answer | null) => void,
  ): void;
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

interface Reply {
  hits: Partial<Record<keyof Hit, unknown>>[];
  completions?: Partial<Record<keyof Completion, unknown>>[];
  settled?: unknown;
  doubtful?: unknown;
  query_id?: unknown;
}

/** The usable hits of a reply; throws where it holds no list of hits. */
function parseHits(reply: Reply): Hit[] {
  return reply.hits
    .map((hit) => ({
      id: text(hit.id),
      title: text(hit.title),
      url: text(hit.url),
      section: text(hit.section),
      category: text(hit.category),
      snippet: text(hit.snippet),
    }))
    .filter((hit) => hit.title && hit.url && isWebAddress(hit.url));
}

function parse(reply: Reply): Answer {
  const completions = (reply.completions ?? [])
    .map(({ text: whole, html }) => ({ text: text(whole), html: text(html) }))
    .filter((completion) => completion.text && completion.html);
  const settled = reply.settled !== false;
  const doubtful = reply.doubtful === true;
  const queryId = text(reply.query_id);
  return { hits: parseHits(reply), completions, settled, doubtful, queryId };
}

interface Journey {
  session: string;
  visitor: string;
}

/** What this tab calls itself, where the page keeps a journey (journey.js). */
function who(): Record<string, string> {
  const { parryJourney: journey } = window as { parryJourney?: Journey };
  if (!journey) return {};
  const session = { "x-parry-session": journey.session };
  if (!journey.visitor) return session;
  return { ...session, "x-parry-visitor": journey.visitor };
}

async function request(url: URL, signal: AbortSignal): Promise<Answer> {
  const headers = { accept: "application/json", ...who() };
  const response = await fetch(url.href, { signal, headers });
  if (!response.ok) throw new Error();
  return parse(await response.json());
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

  function address(query: string, previous: string | null): URL {
    const url = new URL(endpoint);
    url.searchParams.set("q", query);
    url.searchParams.set("limit", `${LIMIT}`);
    if (previous !== null) url.searchParams.set("previous", previous);
    return url;
  }

  function send(
    query: string,
    previous: string | null,
    done: (answer: Answer | null) => void,
  ): void {
    const mine = new AbortController();
    const settle = (answer: Answer | null): void => {
      if (running !== mine) return; // an answer to an earlier question
      running = undefined;
      if (answer) keep(query, answer);
      done(answer);
    };
    running = mine;
    asking = query;
    request(address(query, previous), mine.signal).then(settle, () =>
      settle(null),
    );
  }

  return {
    cancel,
    ask(query, previous, done) {
      if (running && asking === query) return;
      cancel();
      const answer = known.get(query);
      if (answer && (answer.settled || previous !== null)) done(answer);
      else send(query, previous, done);
    },
  };
}
