// A client for Parry's API over fetch: in browsers, and in Node from 20.3 on. One method an operation (operations.js).
import { operations } from './operations.js';

const RETRY_STATUS = new Set([429, 503]);
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 10_000;

export class ParryError extends Error {
  constructor(problem, status) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = 'ParryError';
    this.status = status;
    this.type = problem.type ?? 'about:blank';
    this.title = problem.title ?? '';
    this.detail = problem.detail ?? '';
    this.instance = problem.instance ?? '';
  }
}

export class Parry {
  #url;
  #options;

  constructor(url, options = {}) {
    this.#url = String(url).replace(/\/+$/, '');
    this.#options = { timeout: 10_000, retries: 2, ...options };
  }

  /** @internal What the methods below do. */
  async call(operation, params = {}, body, options = {}) {
    const request = this.#request(operation, params, body, options);
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= this.#options.retries || !mayRepeat(operation, request.headers);
      try {
        const response = await this.#send(request, options.signal);
        if (response.ok) return await read(response, operation);
        if (last || !RETRY_STATUS.has(response.status)) throw await failure(response);
        await wait(retryAfter(response) ?? FIRST_WAIT_MS * 2 ** attempt, options.signal);
      } catch (error) {
        if (last || error instanceof ParryError || options.signal?.aborted) throw error;
        await wait(FIRST_WAIT_MS * 2 ** attempt, options.signal);
      }
    }
  }

  async *pages(list, params = {}) {
    for (let cursor = params.cursor; ; ) {
      const page = await this[list](cursor ? { ...params, cursor } : params);
      yield page;
      cursor = page.next;
      if (!cursor) return;
    }
  }

  #request(operation, params, body, options) {
    const known = new Set([...(operation.in_path ?? []), ...(operation.in_query ?? []), ...(operation.in_header ?? [])]);
    for (const name of Object.keys(params)) {
      if (!known.has(name)) throw new TypeError(`${operation.path} has no parameter ${name}`);
    }
    let path = operation.path;
    for (const name of operation.in_path ?? []) {
      if (params[name] === undefined) throw new TypeError(`${operation.path} needs ${name}`);
      path = path.replace(`{${name}}`, encodeURIComponent(params[name]));
    }
    const query = new URLSearchParams();
    for (const name of operation.in_query ?? []) {
      if (params[name] !== undefined) query.set(name, String(params[name]));
    }
    const headers = { Accept: options.accept ?? 'application/json', ...options.headers };
    for (const name of operation.in_header ?? []) {
      if (params[name] !== undefined) headers[name] = String(params[name]);
    }
    if (this.#options.key) headers.Authorization = `Bearer ${this.#options.key}`;
    if (operation.body && body !== undefined) headers['Content-Type'] ??= operation.body;
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    return { url: this.#url + path + (query.size ? `?${query}` : ''), method: operation.method, headers, body: text };
  }

  async #send({ url, ...request }, signal) {
    const timeout = AbortSignal.timeout(this.#options.timeout);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    return (this.#options.fetch ?? fetch)(url, { ...request, signal: either });
  }
}

for (const [name, operation] of Object.entries(operations)) {
  Parry.prototype[name] = function (params, body, options) {
    return operation.body ? this.call(operation, params, body, options) : this.call(operation, params, undefined, body);
  };
}

// A POST is only repeated where the server can tell that it is the same one.
function mayRepeat(operation, headers) {
  return operation.method !== 'POST' || 'Idempotency-Key' in headers;
}

async function read(response, { bytes }) {
  if (response.status === 204) return undefined;
  if (bytes) return new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get('Content-Type') ?? '';
  return /[/+]json\b/.test(type) ? response.json() : response.text(); // NDJSON is lines of it
}

async function failure(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // not a problem of ours: something between
  }
  return new ParryError(problem, response.status);
}

function retryAfter(response) {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN);
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, LONGEST_WAIT_MS) : undefined;
}

function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}
