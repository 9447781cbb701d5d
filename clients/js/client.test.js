// Against a running server: PARRY_URL=http://127.0.0.1:8080 node --test clients/js
import assert from 'node:assert/strict';
import test from 'node:test';

import { Parry, ParryError } from './index.js';

const url = process.env.PARRY_URL;
const json = (status, body, headers = {}) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });

test('it searches, suggests and reads', { skip: !url }, async () => {
  const parry = new Parry(`${url}/`);
  const results = await parry.search({ q: 'my refund has not arrived', limit: 2 });
  assert.equal(results.hits.length, 2);
  const { id } = results.hits[0];
  assert.equal((await parry.getArticle({ id })).id, id);
  assert.match(await parry.getArticle({ id }, { accept: 'text/markdown' }), /\w/);
  assert.ok((await parry.suggest({ q: 'refu' })).completions.length > 0);
  assert.equal((await parry.health()).status, 'ok');
});

test('what the server refuses is its problem', { skip: !url }, async () => {
  const parry = new Parry(url);
  await assert.rejects(parry.getArticle({ id: 'no/such one' }), (e) => e instanceof ParryError && e.status === 404 && e.type === '/problems/not-found');
  await assert.rejects(parry.search({ q: 'a', limit: 0 }), /limit must be/);
  await assert.rejects(parry.search({ query: 'a' }), TypeError);
});

test('it waits as it is told and tries again', async () => {
  const seen = [];
  const answers = [json(503, { title: 'busy' }, { 'Retry-After': '0' }), json(429, {}, { 'Retry-After': '0' }), json(200, { hits: [] })];
  const fake = async (address, request) => (seen.push([address, request.headers.Authorization]), answers.shift());
  const results = await new Parry('http://h', { key: 'k', fetch: fake }).search({ q: 'a b' });
  assert.deepEqual(results, { hits: [] });
  assert.deepEqual(seen[0], ['http://h/v1/search?q=a+b', 'Bearer k']);
  assert.equal(seen.length, 3);
});

test('files come as bytes, NDJSON as lines', async () => {
  const bytes = new Uint8Array([0x89, 0x50, 0, 255]);
  const answers = [new Response(bytes, { headers: { 'Content-Type': 'text/plain; charset=utf-8' } }),
                   new Response('{"id": 1}\n{"id": 2}\n', { headers: { 'Content-Type': 'application/x-ndjson' } })];
  const parry = new Parry('http://h', { fetch: async () => answers.shift() });
  assert.deepEqual(await parry.getCaseAttachment({ id: 1, number: 1 }), bytes);
  assert.equal((await parry.exportCases({ format: 'ndjson' })).split('\n').length, 3);
});

test('it gives up, and never repeats a POST that the server could not tell apart', async () => {
  let calls = 0;
  const busy = async () => (calls++, json(503, { type: '/problems/unavailable', detail: 'busy' }, { 'Retry-After': '0' }));
  const parry = new Parry('http://h', { fetch: busy, retries: 1 });
  await assert.rejects(parry.search({ q: 'a' }), (e) => e.status === 503 && e.message === 'busy');
  assert.equal(calls, 2);
  await assert.rejects(parry.call({ method: 'POST', path: '/v1/x', body: 'application/json' }, {}, {}), ParryError);
  assert.equal(calls, 3);
  await assert.rejects(parry.call({ method: 'POST', path: '/v1/x', body: 'application/json' }, {}, {}, { headers: { 'Idempotency-Key': 'a' } }), ParryError);
  assert.equal(calls, 5);
});
