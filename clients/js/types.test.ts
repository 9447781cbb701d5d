// What the types let through and what not; only tsc reads it.
import { Parry, ParryError, type Results } from 'parry-client';

const parry = new Parry('http://127.0.0.1:8080', { key: 'k', retries: 0 });

export async function uses(): Promise<string[]> {
  const results: Results = await parry.search({ q: 'a', limit: 3 });
  const said: string | null = (await parry.chatSuggest(undefined, { turns: [{ role: 'user', text: 'a' }] })).query;
  await parry.createArticle({ 'Idempotency-Key': 'a' }, { markdown: '# A' }, { signal: new AbortController().signal });
  const ids: string[] = [said ?? ''];
  for await (const { keys, next } of parry.pages('listKeys', { limit: 2 })) {
    const cursor: string | null = next;
    ids.push(...keys.map((key) => key.id), cursor ?? '');
  }
  return [...results.hits.map((hit) => hit.title), ...ids];
}

export const status = (error: unknown): number => (error instanceof ParryError ? error.status : 0);

export function refused(): void {
  // @ts-expect-error: q is missing
  void parry.search({ limit: 3 });
  // @ts-expect-error: no such mode
  void parry.search({ q: 'a', mode: 'both' });
  // @ts-expect-error: the body is missing
  void parry.chatSuggest({});
  // @ts-expect-error: not in pages
  void parry.pages('search', { q: 'a' });
  // @ts-expect-error: no such parameter
  void parry.listArticles({ limt: 3 });
}
