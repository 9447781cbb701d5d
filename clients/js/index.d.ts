// Made by clients/generate.py from docs/openapi.yaml; change that instead.

export interface ClientOptions {
  /** A key or a token; sent as `Authorization: Bearer`. */
  key?: string;
  /** Milliseconds until a call gives up; 10,000 unless told. */
  timeout?: number;
  /** How often a call that met 429, 503 or a broken connection is tried again; 2 unless told. */
  retries?: number;
  /** In place of the global one. */
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal;
  /** Media type of the reply: `text/markdown` for an article's source. */
  accept?: string;
  headers?: Record<string, string>;
}

/** What the server answered in place of what was asked: its problem (RFC 9457). */
export class ParryError extends Error {
  status: number;
  type: string;
  title: string;
  detail: string;
  instance: string;
}

export type AlertFigure = "zero_result" | "abstention" | "deflection" | "votes";

export type Alert = {
  id: string;
  figure: AlertFigure;
  over: "day" | "hour" | "drift" | "week";
  article?: string;
  since: string;
  state: "open" | "within its limits" | "usual by now";
  until: string | null;
  opened_at: string | null;
  ended_at: string | null;
  k: number;
  n: number;
  value: number;
  expected: number;
  low: number;
  high: number;
};

export type Report = {
  report: string;
  definition_version: number;
  from: string;
  to: string;
  by: string;
  filters: Record<string, unknown>;
  window: "24h" | "72h" | "7d";
  agents: "without" | "with" | "only";
  limit: number;
  k: number;
  cost_per_ticket?: number | null;
  currency?: string | null;
  experiment?: string | null;
  as_of: string;
  ledger: {
    seq: number;
    head: string;
  };
  rows: ({
    by: string | number | null;
    cells: Record<string, unknown>;
  })[];
  hidden: number;
  left_out: number;
  notes: string[];
};

export type Reference = string;

export type QueueGuess = {
  value: CaseQueue;
  probability: number | null;
};

export type PriorityGuess = {
  value: CasePriority;
  probability: number | null;
  rule?: string;
};

export type HandoffDraft = {
  subject?: string;
  description?: string;
  query_ids?: string[];
  locale?: string;
  audience?: string;
};

export type NewHandoff = {
  subject?: string;
  description: string;
  email: string;
  name?: string;
  share_journey?: boolean;
  query_ids?: string[];
  visitor?: string;
  session?: string;
  said?: ({
    role: "customer" | "user" | "assistant" | "agent";
    text: string;
    at?: string;
  })[];
  queue?: CaseQueue;
  priority?: CasePriority;
  locale?: string;
  audience?: string;
  page?: string;
  channel?: "form" | "chat" | "agent" | "api";
  attachments?: NewAttachments;
  website?: string;
  work?: {
    challenge: string;
    answer: string;
  };
};

export type NewAttachments = ({
  name: string;
  type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "text/plain";
  base64: string;
})[];

export type NewHandoffReply = {
  id: string;
  reference: Reference;
  created_at: string;
  queue: QueueGuess;
  priority: PriorityGuess;
  follow_token: string;
  follow_path: string;
};

export type Handoff = {
  id: string;
  reference: Reference;
  created_at: string;
  queue: QueueGuess;
  priority: PriorityGuess;
  targets: ({
    target: string;
    state: "waiting" | "sending" | "delivered" | "dead";
    remote_id: string;
    remote_url: string;
    status: string;
    ended: boolean;
  })[];
  survey: number | null;
};

export type Followed = {
  reference: Reference;
  created_at: string;
  state: "received" | "open" | "closed";
  queue: CaseQueue;
  comments: ({
    from: "agent" | "customer";
    text: string;
    at: string;
    attachments: ({
      name: string;
      type: string;
      size: number;
      url: string;
    })[];
  })[];
  survey: number | null;
};

export type CaseStatus = "new" | "inprogress" | "done";

export type CasePriority = "critical" | "high" | "medium" | "low";

export type CaseChannel = "form" | "email" | "phone" | "chat" | "agent" | "api";

export type CaseQueue = "Login" | "Orders" | "Deliveries" | "Payments" | "Refunds";

export type CaseComment = {
  id: number;
  author: string;
  text: string;
  createdAt: string;
  kind: "customer" | "agent" | "internal" | "system";
  replyTo: number | null;
  attachments: ({
    id: number;
    name: string;
    type: string;
    size: number;
  })[];
};

export type CaseHead = {
  id: number;
  customerName: string;
  customerEmail: string;
  subject: string;
  description: string;
  priority: CasePriority;
  status: CaseStatus;
  queue: CaseQueue;
  channel?: "form" | "email" | "phone" | "chat" | "agent" | "api" | null;
  assignee: string | null;
  createdAt: string;
  updatedAt: string;
  firstReplyAt?: string | null;
  inprogressAt?: string | null;
  doneAt?: string | null;
  reopened?: number;
  locale?: string | null;
  audience?: string | null;
  externalId?: string | null;
  version: number;
  commentCount: number;
  comments?: CaseComment[];
  commentsNext?: number | null;
};

export type Case = CaseHead | Part;

export type CaseList = {
  cases: CaseHead[];
  total: number;
  page: number | null;
  per_page: number;
  order: string;
  next: string | null;
};

export type NewCase = {
  subject: string;
  description?: string;
  customerName?: string;
  customerEmail: string;
  queue: CaseQueue;
  priority?: CasePriority;
  channel?: CaseChannel;
  locale?: string;
  audience?: string;
  externalId?: string;
};

export type CaseChange = {
  status?: CaseStatus;
  priority?: CasePriority;
  queue?: CaseQueue;
  assignee?: string | null;
  subject?: string;
  description?: string;
  customerName?: string;
  customerEmail?: string;
};

export type NewComment = {
  text: string;
  internal?: boolean;
  customer?: boolean;
  replyTo?: number;
  attachments?: NewAttachments;
};

export type Flag = "1" | "true" | "0" | "false";

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
};

export type Sureness = {
  probability: number | null;
  calibration: "own" | "shipped" | "none";
  answered: boolean;
  doubtful: boolean;
};

export type Hit = {
  id: string;
  title: string;
  url: string;
  section: string;
  path: string;
  category: string;
  audience: string;
  locale: string;
  updated: string;
  product?: string;
  tags: string[];
  pinned?: boolean;
  snippet: string;
  snippet_text: string;
  highlights: number[][];
  passage: string;
  score: number;
};

export type Results = Sureness & ({
  query: string;
  mode: "hybrid" | "text" | "vector";
  query_id?: string;
  degraded: boolean;
  generation: number;
  total: number;
  corrected?: string;
  corrected_total?: number;
  unknown?: string;
  hits: Hit[];
  facets?: Record<string, ({
    value: string;
    count: number;
  })[]>;
  took_us: number;
});

export type Completion = {
  text: string;
  html: string;
};

export type Suggestions = Sureness & {
  generation: number;
  settled: boolean;
  degraded: boolean;
  completions: Completion[];
  held_out?: boolean;
  hits: ({
    id: string;
    title: string;
    section: string;
    url: string;
    snippet: string;
    category: string;
  })[];
};

export type RpcReply = {
  jsonrpc: "2.0";
  id: string | number | null;
  result?: Record<string, unknown>;
  error?: {
    code: number;
    message: string;
  };
};

export type ChatPassage = {
  id: string;
  article_id: string;
  title: string;
  section: string;
  url: string;
  text: string;
  tokens: number;
  score: number;
  category: string;
  locale: string;
  updated: string;
  probability: number | null;
};

export type ChatLog = {
  session_id: string;
  customer_id: string | null;
  timestamp: string;
  user_utterance: string;
  chatbot_response: string | null;
  intent_detected: string | null;
  entities_extracted: ({
    type: "email" | "url" | "identifier" | "number";
    value: string;
  })[];
  confidence_score: number | null;
  agent_handover_flag: boolean;
  resolution_status: "answered" | "offered" | "clarifying" | "unanswered" | "escalated" | "none";
};

export type ChatReply = Sureness & ({
  session_id: string;
  transcript_id: string;
  query_id: string | null;
  generation: number;
  query: string | null;
  decision: "answer" | "offer" | "clarify" | "abstain" | "handover" | "small_talk";
  degraded: boolean;
  agent_handover_flag: boolean;
  handover_reason: "asked" | "no_confident_answer" | null;
  ask: {
    by: "product" | "category" | "article";
    question: string;
    options: ({
      value: string;
      label: string;
      article_id: string;
      url: string;
    })[];
  } | null;
  passages: ChatPassage[];
  tokens: {
    budget: number;
    used: number;
    left_out: number;
    counted_by: string;
  };
  log: ChatLog;
});

export type Related = {
  id: string;
  title: string;
  url: string;
  score?: number;
};

export type ListedArticle = {
  id: string;
  title: string;
  url: string;
  category: string;
  locale: string;
  updated: string;
};

export type ArticleList = {
  next?: Next;
  generation: number;
  total: number;
  offset?: number;
  limit?: number;
  articles: ListedArticle[];
};

export type Article = {
  id: string;
  title: string;
  url: string;
  audience: string;
  locale: string;
  category: string;
  keywords: string[];
  created: string;
  updated: string;
  sections: ({
    level: number;
    heading: string;
    anchor: string;
  })[];
  related: Related[];
  html: string;
};

export type Part = Record<string, unknown>;

export type Next = string | null;

export type Change = {
  id: string;
  slug: string;
  url: string;
  audience: string;
  status: "draft" | "published" | "archived";
  version: string;
  change: number;
  live: boolean;
  warnings: ({
    line: number;
    message: string;
  })[];
};

export type Generation = {
  number: number;
  change: number;
  segments: number;
  served: boolean;
};

export type Event = {
  type: "search" | "suggest" | "impression" | "click" | "view" | "vote" | "solved" | "not_solved" | "form_opened" | "form_suggestion_shown" | "ticket_created" | "article_linked" | "survey";
  id?: string;
  at?: number | string;
  query_id?: string;
  article?: string;
  articles?: string[];
  position?: number;
  dwell_ms?: number;
  vote?: "up" | "down";
  score?: number;
  reason?: string;
  comment?: string;
  text?: string;
  ticket?: string;
  handoff?: string;
  email?: string;
  visitor?: string;
  session?: string;
  locale?: string;
  channel?: "search" | "article" | "form" | "chat" | "agent" | "email" | "api" | "other";
  device?: "desktop" | "mobile" | "tablet" | "other";
  page?: string;
};

export type Fate = {
  status: "accepted" | "duplicate" | "refused";
  id?: string;
  detail?: string;
};

export type ZendeskArticle = {
  id: number;
  section_id: number;
  label_names: string[];
  snippet?: string;
  created_at: string;
  updated_at: string;
};

export type Readiness = {
  status: "ready" | "empty" | "draining";
  generation: number;
  segments: number;
  store_seq: number;
  model: Record<string, unknown> | null;
  degraded: Record<string, string>;
  replica?: {
    state: "starting" | "following" | "behind";
    lag_s: number;
    primary_generation: number;
  };
  version: string;
};

export type VisitorNames = {
  visitor?: string;
  session?: string;
  email?: string;
};

export type Gaps = {
  as_of: string;
  from: string;
  until: string;
  people: number;
  by: "meaning" | "words";
  complete: boolean;
  gaps: Gap[];
  hidden: number;
  published: GapPublished[];
};

export type Gap = {
  id: string;
  name: string | null;
  audience: string;
  since: string;
  words: string[];
  locale: string;
  visitors: number;
  tickets: number | null;
  searches: Record<string, number>;
  trend: {
    is: "steady" | "new" | "rising" | "falling";
    last_7_days: number | null;
    before: number | null;
    p: number;
  };
  samples: string[];
  nearest: {
    id: string;
    title: string;
    category: string;
    probability: number | null;
    answered: boolean;
  } | null;
  action: {
    do: "write" | "merge" | "add_synonym" | "retitle" | "extend";
    rests_on: {
      probability: number | null;
      answered: boolean;
      doubtful: boolean;
      duplicates: boolean;
      unknown_word: boolean;
      titled: boolean;
      unclicked: number | null;
      ticket: number | null;
    };
  };
};

export type GapSide = {
  n: number;
  unsuccessful: number;
  share: number;
  interval: number[];
} | null;

export type GapPublished = {
  id: string;
  audience: string;
  article: string;
  published: string;
  before: GapSide;
  after: GapSide;
  change: {
    value: number;
    interval: number[];
  } | null;
  causal: false;
};

export type Right = "search" | "events" | "handoff" | "articles.read" | "articles.write" | "articles.publish" | "reports" | "metrics" | "operate" | "replicate" | "keys" | "people" | "audit" | "tickets" | "cases.read" | "cases.write" | "privacy";

export type Role = "agent" | "author" | "editor" | "analyst" | "admin";

export type Limits = {
  audiences?: string[];
  locale?: string;
  filters?: {
    category?: LimitValues;
    product?: LimitValues;
    tag?: LimitValues;
  };
};

export type LimitValues = string[];

export type Identity = {
  who: "anyone" | "search-key" | "secret-key" | "user" | "person";
  id: string;
  rights: Right[];
  audiences?: string[];
  role?: Role;
  csrf?: string;
  until?: string;
};

export type Key = {
  id: string;
  kind: "secret" | "search";
  name: string;
  state: "valid" | "expired" | "revoked";
  rights: Right[];
  limits: Limits;
  created: string;
  expires: string | null;
  last_used: string | null;
  rotated: string | null;
  revoked: string | null;
};

export type Person = {
  id: string;
  name: string;
  role: Role;
  locked: boolean;
  two_factor: boolean;
  created: string;
  signed_in: string | null;
};

/** Those that answer a page at a time. */
export type Listing = "listArticles" | "listGenerations" | "listKeys" | "listPeople" | "audit" | "listCases" | "exportCases" | "deskListCases" | "deskExportCases";

export class Parry {
  constructor(url: string, options?: ClientOptions);
  /** Page after page of a list: `for await (const { articles } of parry.pages('listArticles')) ...` */
  pages<L extends Listing>(list: L, params?: Parameters<Parry[L]>[0]): AsyncGenerator<Awaited<ReturnType<Parry[L]>>, void>;
  /** Ranked articles, each with its best section */
  search(params: { q: string; limit?: number; offset?: number; mode?: "hybrid" | "text" | "vector"; audience?: "customer" | "merchant"; locale?: string; category?: string; product?: string; tag?: string; updated_from?: string; updated_until?: string; facets?: string; sort?: "relevance" | "updated" | "title"; rule_tag?: string; page?: string; page_product?: string; explain?: Flag; fields?: string; deadline_ms?: number }, options?: CallOptions): Promise<Results>;
  /** A search with every part of every score, and why an article is not among the hits */
  explain(params: { q: string; limit?: number; offset?: number; mode?: "hybrid" | "text" | "vector"; audience?: "customer" | "merchant"; locale?: string; category?: string; product?: string; tag?: string; updated_from?: string; updated_until?: string; facets?: string; sort?: "relevance" | "updated" | "title"; rule_tag?: string; page?: string; page_product?: string; explain?: Flag; typing?: Flag; article?: string; fields?: string; deadline_ms?: number }, options?: CallOptions): Promise<Results>;
  /** Articles and completions while somebody types */
  suggest(params?: { q?: string; limit?: number; audience?: "customer" | "merchant"; rule_tag?: string; previous?: string; page?: string; page_product?: string; fields?: string; deadline_ms?: number }, options?: CallOptions): Promise<Suggestions>;
  /** Articles for a form that somebody fills in */
  suggestForForm(params: Record<string, never> | undefined, body: {
    subject?: string;
    description?: string;
    limit?: number;
    audience?: "customer" | "merchant";
    locale?: string;
    category?: string;
    page?: string;
    page_product?: string;
    rule_tag?: string;
  }, options?: CallOptions): Promise<Suggestions>;
  /** What a query may become */
  completions(params: { q: string; limit?: number; audience?: "customer" | "merchant"; fields?: string }, options?: CallOptions): Promise<{
    generation: number;
    completions: Completion[];
  }>;
  /** What a chatbot answers from, and whether it should */
  chatSuggest(params: Record<string, never> | undefined, body: {
    turns: ({
      role: "user" | "assistant" | "agent";
      text: string;
      at?: string;
    })[];
    session_id?: string;
    customer_id?: string;
    limit?: number;
    max_tokens?: number;
    audience?: "customer" | "merchant";
    locale?: string;
    category?: string;
    page?: string;
    page_product?: string;
    rule_tag?: string;
  }, options?: CallOptions): Promise<ChatReply>;
  /** What a citation said, as it was */
  passage(params: { id: string; audience?: "customer" | "merchant"; fields?: string }, options?: CallOptions): Promise<{
    id: string;
    article_id: string;
    title: string;
    section: string;
    url: string;
    text: string;
    category: string;
    locale: string;
    updated: string;
    current: boolean;
  }>;
  /** Model Context Protocol, one message a request */
  mcp(params: Record<string, never> | undefined, body: {
    jsonrpc: "2.0";
    id?: string | number;
    method: string;
    params?: Record<string, unknown>;
  }, options?: CallOptions): Promise<RpcReply>;
  /** The tools as functions that a language model may call */
  tools(params?: Record<string, never>, options?: CallOptions): Promise<({
    type: "function";
    function: {
      name: string;
      description: string;
      parameters: Record<string, unknown>;
    };
  })[]>;
  /** Run the tool search_articles */
  runSearchArticles(params: Record<string, never> | undefined, body: {
    query: string;
    locale?: string;
    audience?: "customer" | "merchant";
    category?: string;
    limit?: number;
    max_tokens?: number;
    session_id?: string;
  }, options?: CallOptions): Promise<{
    query_id: string;
    generation: number;
    no_confident_answer: boolean;
    answer_probability?: number;
    left_out: number;
    hits: ({
      passage_id: string;
      article_id: string;
      title: string;
      section?: string;
      url: string;
      passage: string;
      probability?: number;
      updated_at?: string;
    })[];
  }>;
  /** Run the tool get_article */
  runGetArticle(params: Record<string, never> | undefined, body: {
    article_id: string;
    audience?: "customer" | "merchant";
    max_tokens?: number;
  }, options?: CallOptions): Promise<{
    article_id: string;
    title: string;
    url: string;
    category?: string;
    locale?: string;
    updated_at?: string;
    truncated: boolean;
    sections: ({
      heading: string;
      anchor: string;
      text: string;
    })[];
  }>;
  /** Run the tool explain_result */
  runExplainResult(params: Record<string, never> | undefined, body: {
    query_id: string;
    article_id: string;
    audience?: "customer" | "merchant";
  }, options?: CallOptions): Promise<{
    query_id: string;
    query: string;
    shown_at: number | null;
    generation_then?: number;
    generation: number;
    words?: unknown[];
    article: Record<string, unknown>;
  }>;
  /** Run the tool report_outcome */
  runReportOutcome(params: Record<string, never> | undefined, body: {
    query_id: string;
    outcome: "solved" | "not_solved" | "ambiguous";
    article_id?: string;
  }, options?: CallOptions): Promise<{
    recorded: true;
  }>;
  /** Run the tool create_ticket */
  runCreateTicket(params: Record<string, never> | undefined, body: {
    query_id?: string;
    subject?: string;
    description: string;
    email: string;
    name?: string;
    queue?: CaseQueue;
    priority?: CasePriority;
    session?: string;
    idempotency_key?: string;
  }, options?: CallOptions): Promise<{
    ticket_id: string;
    reference: Reference;
    queue: CaseQueue;
    priority: CasePriority;
    follow_url: string;
  }>;
  /** Published articles, by category and title */
  listArticles(params?: { category?: string; limit?: number; offset?: number; audience?: "customer" | "merchant"; fields?: string; cursor?: string }, options?: CallOptions): Promise<ArticleList>;
  /** A new article, from Markdown with front matter */
  createArticle(params: { wait?: "live"; "Idempotency-Key"?: string } | undefined, body: {
    id?: string;
    markdown: string;
  }, options?: CallOptions): Promise<Change>;
  /** One article, as JSON, Markdown or HTML */
  getArticle(params: { id: string; audience?: "customer" | "merchant"; fields?: string; status?: "published" | "draft" | "archived" | "any" }, options?: CallOptions): Promise<Article>;
  /** Another text for an article that came by key */
  updateArticle(params: { id: string; wait?: "live"; "If-Match": string }, body: {
    markdown: string;
  }, options?: CallOptions): Promise<Change>;
  /** Archives an article that came by key */
  removeArticle(params: { id: string; wait?: "live"; "If-Match"?: string }, options?: CallOptions): Promise<Change>;
  /** Articles near one */
  relatedArticles(params: { id: string; limit?: number; audience?: "customer" | "merchant"; fields?: string }, options?: CallOptions): Promise<{
    id: string;
    related: Related[];
  }>;
  /** Categories, with how many articles each has */
  listCategories(params?: { audience?: "customer" | "merchant"; fields?: string }, options?: CallOptions): Promise<{
    generation: number;
    total: number;
    categories: ({
      name: string;
      articles: number;
      url: string;
    })[];
  }>;
  /** The Markdown of an article in whatever state, with its front matter */
  getSource(params: { id: string }, options?: CallOptions): Promise<string>;
  /** Makes a draft, or what was withdrawn, public */
  publishArticle(params: { id: string; wait?: "live"; "If-Match"?: string }, options?: CallOptions): Promise<Change>;
  /** Takes an article out of every answer; it becomes a draft */
  withdrawArticle(params: { id: string; wait?: "live"; "If-Match"?: string }, options?: CallOptions): Promise<Change>;
  /** Clicks, views, votes and what else happened, up to 1,000 at once */
  sendEvents(params: { audience?: "customer" | "merchant"; "X-Parry-Visitor"?: string; "X-Parry-Session"?: string; "Idempotency-Key"?: string } | undefined, body: {
    events: Event[];
  }, options?: CallOptions): Promise<{
    accepted: number;
    duplicates: number;
    refused: number;
    events: Fate[];
  }>;
  /** A vote, or whether it is solved */
  sendFeedback(params: { audience?: "customer" | "merchant"; "X-Parry-Visitor"?: string; "X-Parry-Session"?: string; "Idempotency-Key"?: string } | undefined, body: {
    id?: string;
    query_id?: string;
    article?: string;
    vote?: "up" | "down";
    solved?: boolean;
    reason?: string;
    comment?: string;
    visitor?: string;
    session?: string;
    locale?: string;
    channel?: "search" | "article" | "form" | "chat" | "agent" | "email" | "api" | "other";
    device?: "desktop" | "mobile" | "tablet" | "other";
    page?: string;
  }, options?: CallOptions): Promise<Fate>;
  /** The generations that are kept, newest first */
  listGenerations(params?: { limit?: number; cursor?: string; fields?: string }, options?: CallOptions): Promise<{
    current: number;
    next: Next;
    generations: Generation[];
  }>;
  /** One generation, with its segments and side tables */
  getGeneration(params: { number: string; fields?: string }, options?: CallOptions): Promise<Generation>;
  /** Index what changed, now */
  refresh(params?: Record<string, never>, options?: CallOptions): Promise<{
    generation: number;
    change: number;
  }>;
  /** Build the whole index anew, beside what is served */
  reindex(params?: Record<string, never>, options?: CallOptions): Promise<{
    generation: number;
    change: number;
  }>;
  /** Does the process answer? */
  health(params?: Record<string, never>, options?: CallOptions): Promise<{
    status: "ok";
  }>;
  /** Should it get traffic, and what works less well than it could? */
  ready(params?: Record<string, never>, options?: CallOptions): Promise<Readiness>;
  /** Prometheus metrics */
  metrics(params?: Record<string, never>, options?: CallOptions): Promise<string>;
  /** Search articles as Zendesk's Help Center does */
  zendeskSearch(params: { query: string; category?: string; section?: string; page?: number; per_page?: number; label_names?: string; sort_by?: "created_at" | "updated_at" | "title" | "position" | "relevance" | ""; sort_order?: string; updated_after?: string; created_after?: string }, options?: CallOptions): Promise<{
    count: number;
    results: ZendeskArticle[];
  }>;
  /** Articles, sections and categories at Zendesk's addresses */
  zendeskHelpCenter(params: { path: "articles.json" | "en-us/articles.json"; page?: number; per_page?: number; label_names?: string; sort_by?: "created_at" | "updated_at" | "title" | "position" | "relevance" | ""; sort_order?: string; updated_after?: string; created_after?: string }, options?: CallOptions): Promise<Record<string, unknown>>;
  /** The generation that is served, for a replica to copy */
  replicaCurrent(params?: Record<string, never>, options?: CallOptions): Promise<{
    format: 1;
    epoch: string;
    store_seq: number;
    manifest: Record<string, unknown> | null;
    segments: Record<string, string>;
    tables: Record<string, number>;
  }>;
  /** What changed of the articles, a page at a time */
  replicaChanges(params?: { after?: number }, options?: CallOptions): Promise<{
    after: number;
    upto: number;
    more: boolean;
    changes: (Record<string, unknown>)[];
  }>;
  /** One file of a segment, whole or in pieces of at most 8 MiB (Range) */
  replicaSegment(params: { name: string; file: "segment.json" | "text.glass" | "vectors.faiss" | "vectors.f16" | "passages.bin" | "vocabulary.bin" }, options?: CallOptions): Promise<string>;
  /** One side table, whole or in pieces of at most 8 MiB (Range) */
  replicaTable(params: { file: string }, options?: CallOptions): Promise<string>;
  /** This description */
  openapi(params?: Record<string, never>, options?: CallOptions): Promise<Record<string, unknown>>;
  /** Who asks, and what that allows */
  whoAmI(params?: Record<string, never>, options?: CallOptions): Promise<Identity>;
  /** Sign in */
  signIn(params: Record<string, never> | undefined, body: {
    person: string;
    password: string;
    code?: string;
    token?: string;
  } | {
    token: string;
    person?: string;
    password?: string;
    code?: string;
  }, options?: CallOptions): Promise<Identity>;
  /** Sign out */
  signOut(params?: Record<string, never>, options?: CallOptions): Promise<string>;
  /** Begin to ask for one-time codes at one's own sign-in */
  startCodes(params?: Record<string, never>, options?: CallOptions): Promise<{
    secret: string;
    uri: string;
  }>;
  /** Confirm them with a code */
  confirmCodes(params: Record<string, never> | undefined, body: {
    code: string;
  }, options?: CallOptions): Promise<{
    recovery: string[];
  }>;
  /** Ask for no codes any more */
  endCodes(params?: Record<string, never>, options?: CallOptions): Promise<string>;
  /** Keys of programs */
  listKeys(params?: { limit?: number; cursor?: string; fields?: string }, options?: CallOptions): Promise<{
    keys: Key[];
    next: string | null;
  }>;
  /** Make a key */
  createKey(params: { "Idempotency-Key"?: string } | undefined, body: {
    kind?: "secret" | "search";
    name: string;
    rights?: Right[];
    limits?: Limits;
    expires?: string | null;
  }, options?: CallOptions): Promise<Key & {
    key: string;
  }>;
  /** One key */
  getKey(params: { id: string; fields?: string }, options?: CallOptions): Promise<Key>;
  /** Revoke a key, at once, with all that was derived from it */
  revokeKey(params: { id: string }, options?: CallOptions): Promise<string>;
  /** A new text for the same key */
  rotateKey(params: { id: string }, body?: {
    grace_s?: number;
    expires?: string | null;
  }, options?: CallOptions): Promise<{
    id: string;
    key: string;
  }>;
  /** Who runs the help centre */
  listPeople(params?: { limit?: number; cursor?: string; fields?: string }, options?: CallOptions): Promise<{
    people: Person[];
    next: string | null;
  }>;
  /** Add somebody */
  addPerson(params: { "Idempotency-Key"?: string } | undefined, body: {
    id: string;
    name?: string;
    role?: Role;
    password: string;
  }, options?: CallOptions): Promise<Person>;
  /** One of them */
  getPerson(params: { id: string; fields?: string }, options?: CallOptions): Promise<Person>;
  /** Change role or password, lock or unlock */
  changePerson(params: { id: string }, body: {
    role?: Role;
    locked?: boolean;
    password?: string;
  }, options?: CallOptions): Promise<Person>;
  /** Remove somebody */
  removePerson(params: { id: string }, options?: CallOptions): Promise<string>;
  /** Ask somebody who lost the device for no one-time codes any more */
  endPersonsCodes(params: { id: string }, options?: CallOptions): Promise<string>;
  /** What people look for and do not find, and what to do about it */
  gaps(params?: { fresh?: "0" | "1" | "false" | "true"; fields?: string }, options?: CallOptions): Promise<Gaps>;
  /** The first draft of an article about a gap */
  draftGap(params: { id: string }, options?: CallOptions): Promise<{
    id: string;
    article: string;
    file: string;
    markdown: string;
  }>;
  /** Who changed what and who signed in, oldest first */
  audit(params?: { limit?: number; cursor?: string; since?: string; fields?: string }, options?: CallOptions): Promise<{
    entries: ({
      seq: number;
      time: string;
      action: string;
      actor: string;
      address?: string;
      target: string;
      ok: boolean;
    })[];
    next: string | null;
  }>;
  /** Records from an offset on, for a log or a queue */
  ledgerStream(params?: { from?: number; limit?: number; wait?: number; raw?: Flag }, options?: CallOptions): Promise<string>;
  /** The same as User Behavior Insights 1.3.0 */
  ledgerUbi(params?: { from?: number; limit?: number }, options?: CallOptions): Promise<string>;
  /** Erase all that is held about one visitor */
  eraseVisitor(params: Record<string, never> | undefined, body: VisitorNames, options?: CallOptions): Promise<{
    erased: number;
    days: number;
  }>;
  /** All that is held about one visitor */
  exportVisitor(params: Record<string, never> | undefined, body: {
    visitor?: string;
    session?: string;
    email?: string;
    after?: number;
    limit?: number;
  }, options?: CallOptions): Promise<{
    total: number;
    records: ({
      seq: number;
      kind: string;
      at: string;
      id?: string;
      record: Record<string, unknown>;
    })[];
    next: number | null;
  }>;
  /** Figures that left the limits of their own past */
  listAlerts(params?: { limit?: number }, options?: CallOptions): Promise<{
    as_of: string | null;
    figures: ({
      figure: AlertFigure;
      state: "not enough past" | "within" | "out";
      periods?: number;
      articles?: number;
      since?: string;
      k?: number;
      n?: number;
      value?: number | null;
      expected?: number | null;
      low?: number | null;
      high?: number | null;
    })[];
    alerts: Alert[];
  }>;
  /** Every report, and what each of its cells is */
  listReports(params?: { fields?: string }, options?: CallOptions): Promise<{
    reports: ({
      name: string;
      what: string;
      by: string;
      cells: ({
        name: string;
        definition: string;
        unit: string;
        what: string;
        after: string;
      })[];
    })[];
  }>;
  /** One report */
  getReport(params: { name: string; from?: string; to?: string; by?: "none" | "day" | "week" | "month" | "audience" | "locale" | "category" | "channel" | "device" | "generation" | "text" | "article"; window?: "24h" | "72h" | "7d"; agents?: "without" | "with" | "only"; limit?: number; experiment?: string; audience?: string; locale?: string; category?: string; channel?: string; device?: string; generation?: number; format?: "json" | "csv" | "ndjson" }, options?: CallOptions): Promise<Report>;
  /** Open a ticket */
  createHandoff(params: { "Idempotency-Key"?: string; "X-Parry-Visitor"?: string; "X-Parry-Session"?: string } | undefined, body: NewHandoff, options?: CallOptions): Promise<NewHandoffReply>;
  /** Subject, queue and priority of what was written so far */
  draftHandoff(params: Record<string, never> | undefined, body: HandoffDraft, options?: CallOptions): Promise<{
    suggested: {
      subject: string;
      queue: QueueGuess;
      priority: PriorityGuess;
    };
  }>;
  /** A proof of work to do */
  getHandoffChallenge(params?: Record<string, never>, options?: CallOptions): Promise<{
    challenge: string;
    bits: number;
    minutes: number;
  }>;
  /** What became of a ticket, target by target */
  getHandoff(params: { id: string }, options?: CallOptions): Promise<Handoff>;
  /** A file of what was said */
  getFollowedAttachment(params: { token: string; number: number }, options?: CallOptions): Promise<Uint8Array>;
  /** What its sender may know of a ticket */
  getFollowed(params: { token: string }, options?: CallOptions): Promise<Followed>;
  /** Say how content one was */
  answerSurvey(params: { token: string }, body: {
    score: number;
    comment?: string;
  }, options?: CallOptions): Promise<Followed>;
  /** A ticket was made elsewhere, or something became of it */
  tellTicket(params: { "Idempotency-Key"?: string } | undefined, body: {
    ticket_id: string;
    target?: string;
    handoff_id?: string;
    created_at?: string;
    requester_email?: string;
    visitor_key?: string;
    channel?: "form" | "chat" | "agent" | "email" | "api" | "other";
    subject?: string;
    status?: string;
    ended?: boolean;
    url?: string;
  }, options?: CallOptions): Promise<{
    joined_by: "handoff" | "visitor" | "contact" | "none";
    handoff_id: string | null;
  }>;
  /** Cases by filters and full text */
  listCases(params?: { status?: CaseStatus; priority?: CasePriority; queue?: CaseQueue; channel?: CaseChannel; customer?: string; search?: string; assignee?: string; created_from?: string; created_until?: string; order?: "newest" | "oldest" | "updated" | "priority" | "relevance"; limit?: number; per_page?: number; page?: number; cursor?: string; fields?: string }, options?: CallOptions): Promise<CaseList>;
  /** Make a case */
  createCase(params: { "Idempotency-Key"?: string } | undefined, body: NewCase, options?: CallOptions): Promise<Case>;
  /** The cases of a list as CSV or NDJSON, a piece at a time */
  exportCases(params?: { status?: CaseStatus; priority?: CasePriority; queue?: CaseQueue; channel?: CaseChannel; customer?: string; search?: string; assignee?: string; created_from?: string; created_until?: string; order?: "newest" | "oldest" | "updated" | "priority" | "relevance"; limit?: number; cursor?: string; format?: "csv" | "ndjson" }, options?: CallOptions): Promise<string>;
  /** The hand-off packet that the case was made from */
  getCasePacket(params: { id: number }, options?: CallOptions): Promise<Record<string, unknown>>;
  /** Say something to the customer, among agents, or in the customer's name */
  commentOnCase(params: { id: number; "Idempotency-Key"?: string }, body: NewComment, options?: CallOptions): Promise<CaseComment>;
  /** A file of a comment */
  getCaseAttachment(params: { id: number; number: number }, options?: CallOptions): Promise<Uint8Array>;
  /** A case and its comments */
  getCase(params: { id: number; comments_after?: number; fields?: string }, options?: CallOptions): Promise<Case>;
  /** Change status, priority, queue, assignee or texts */
  changeCase(params: { id: number; "If-Match"?: string }, body: CaseChange, options?: CallOptions): Promise<Case>;
  /** Erase a case, its comments and attachments */
  eraseCase(params: { id: number }, options?: CallOptions): Promise<string>;
  /** Sign in */
  deskSignIn(params: Record<string, never> | undefined, body: {
    username: string;
    password: string;
    code?: string;
  }, options?: CallOptions): Promise<{
    authenticated: boolean;
    user: {
      id: string;
      username: string;
      role: string | null;
    } | null;
    csrf?: string;
    until?: string;
  }>;
  /** Sign out */
  deskSignOut(params?: Record<string, never>, options?: CallOptions): Promise<{
    authenticated: boolean;
    user: {
      id: string;
      username: string;
      role: string | null;
    } | null;
    csrf?: string;
    until?: string;
  }>;
  /** Who asks, and what writes must send along */
  deskAuth(params?: Record<string, never>, options?: CallOptions): Promise<{
    authenticated: boolean;
    user: {
      id: string;
      username: string;
      role: string | null;
    } | null;
    csrf?: string;
    until?: string;
  }>;
  /** Cases by filters and full text, each with its last 20 comments */
  deskListCases(params?: { status?: CaseStatus; priority?: CasePriority; queue?: CaseQueue; channel?: CaseChannel; customer?: string; search?: string; assignee?: string; created_from?: string; created_until?: string; order?: "newest" | "oldest" | "updated" | "priority" | "relevance"; limit?: number; per_page?: number; page?: number; cursor?: string; fields?: string }, options?: CallOptions): Promise<CaseList>;
  /** Make a case */
  deskCreateCase(params: { "Idempotency-Key"?: string } | undefined, body: NewCase, options?: CallOptions): Promise<Case>;
  /** The cases of a list as CSV or NDJSON, a piece at a time */
  deskExportCases(params?: { status?: CaseStatus; priority?: CasePriority; queue?: CaseQueue; channel?: CaseChannel; customer?: string; search?: string; assignee?: string; created_from?: string; created_until?: string; order?: "newest" | "oldest" | "updated" | "priority" | "relevance"; limit?: number; cursor?: string; format?: "csv" | "ndjson" }, options?: CallOptions): Promise<string>;
  /** Say something to the customer, among agents, or in the customer's name */
  deskCommentOnCase(params: { id: number; "Idempotency-Key"?: string }, body: NewComment, options?: CallOptions): Promise<CaseComment>;
  /** A file of a comment */
  deskGetCaseAttachment(params: { id: number; number: number }, options?: CallOptions): Promise<Uint8Array>;
  /** A case and its comments */
  deskGetCase(params: { id: number; comments_after?: number; fields?: string }, options?: CallOptions): Promise<Case>;
  /** Change status, priority, queue, assignee or texts */
  deskChangeCase(params: { id: number; "If-Match"?: string }, body: CaseChange, options?: CallOptions): Promise<Case>;
  /** Erase a case, its comments and attachments */
  deskEraseCase(params: { id: number }, options?: CallOptions): Promise<string>;
}
