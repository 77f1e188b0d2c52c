import type { Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Database } from '../src/database.ts';
import { listen } from '../src/listen.ts';
import { createShopServer } from '../src/server.ts';
import { openCache } from '../src/shop.ts';

let database: Database;
let server: Server;
let origin: string;

beforeEach(async () => {
  database = new Database();
  server = createShopServer(openCache(), database);
  origin = await listen(server);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${origin}${path}`, { headers });
  return { status: response.status, from: response.headers.get('x-cache'), text: await response.text(), response };
}

test('three hundred visitors at once cost three queries at most', async () => {
  const answers = await Promise.all(Array.from({ length: 300 }, (_, visitor) => ask(`/books/${1 + (visitor % 3)}`)));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(database.queries).toBeLessThanOrEqual(3);
});

test.each(['/books/2', '/authors/hopper', '/cheapest'])(
  '%s is answered anew after a price was changed',
  async (path) => {
    expect((await ask(path)).text).toContain('"cents":900');
    expect((await ask(path)).from).toBe('hit');
    await fetch(`${origin}/prices/2/850`, { method: 'PUT' });
    const after = await ask(path);
    expect(after.from).toBe('miss');
    expect(after.text).toContain('"cents":850');
  },
);

test('a browser that has the answer gets none again', async () => {
  const etag = (await ask('/books/1')).response.headers.get('etag') ?? '';
  const again = await ask('/books/1', { 'if-none-match': etag });
  expect([again.status, again.text]).toEqual([304, '']);
});

test('a book that does not exist is asked for once', async () => {
  expect((await ask('/books/9')).status).toBe(404);
  expect((await ask('/books/9')).status).toBe(404);
  expect(database.queries).toBe(1);
});
