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
  completions: Completion[];
  hits: ({
    id: string;
    title: string;
    section: string;
    url: string;
    snippet: string;
    category: string;
  })[];
};

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

export type Readiness = {
  status: "ready" | "empty" | "draining";
  generation: number;
  segments: number;
  store_seq: number;
  model: Record<string, unknown> | null;
  degraded: Record<string, string>;
  version: string;
};

export class Parry {
  constructor(url: string, options?: ClientOptions);
  /** Ranked articles, each with its best section */
  search(params: { q: string; limit?: number; offset?: number; mode?: "hybrid" | "text" | "vector"; audience?: "customer" | "merchant"; locale?: string; category?: string; product?: string; tag?: string; updated_from?: string; updated_until?: string; facets?: string; sort?: "relevance" | "updated" | "title"; rule_tag?: string; page?: string; page_product?: string; explain?: Flag }, options?: CallOptions): Promise<Results>;
  /** A search with every part of every score, and why an article is not among the hits */
  explain(params: { q: string; limit?: number; offset?: number; mode?: "hybrid" | "text" | "vector"; audience?: "customer" | "merchant"; locale?: string; category?: string; product?: string; tag?: string; updated_from?: string; updated_until?: string; facets?: string; sort?: "relevance" | "updated" | "title"; rule_tag?: string; page?: string; page_product?: string; explain?: Flag; typing?: Flag; article?: string }, options?: CallOptions): Promise<Results>;
  /** Articles and completions while somebody types */
  suggest(params?: { q?: string; limit?: number; audience?: "customer" | "merchant"; rule_tag?: string; previous?: string; page?: string; page_product?: string }, options?: CallOptions): Promise<Suggestions>;
  /** What a query may become */
  completions(params: { q: string; limit?: number; audience?: "customer" | "merchant" }, options?: CallOptions): Promise<{
    generation: number;
    completions: Completion[];
  }>;
  /** Published articles, by category and title */
  listArticles(params?: { category?: string; limit?: number; offset?: number; audience?: "customer" | "merchant" }, options?: CallOptions): Promise<ArticleList>;
  /** One article, as JSON, Markdown or HTML */
  getArticle(params: { id: string; audience?: "customer" | "merchant" }, options?: CallOptions): Promise<Article>;
  /** Articles near one */
  relatedArticles(params: { id: string; limit?: number; audience?: "customer" | "merchant" }, options?: CallOptions): Promise<{
    id: string;
    related: Related[];
  }>;
  /** Categories, with how many articles each has */
  listCategories(params?: { audience?: "customer" | "merchant" }, options?: CallOptions): Promise<{
    generation: number;
    total: number;
    categories: ({
      name: string;
      articles: number;
      url: string;
    })[];
  }>;
  /** Does the process answer? */
  health(params?: Record<string, never>, options?: CallOptions): Promise<{
    status: "ok";
  }>;
  /** Should it get traffic, and what works less well than it could? */
  ready(params?: Record<string, never>, options?: CallOptions): Promise<Readiness>;
  /** Prometheus metrics */
  metrics(params?: Record<string, never>, options?: CallOptions): Promise<string>;
  /** This description */
  openapi(params?: Record<string, never>, options?: CallOptions): Promise<Record<string, unknown>>;
}
