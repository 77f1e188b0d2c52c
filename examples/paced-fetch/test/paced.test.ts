import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Api, createApi } from '../src/api.ts';
import { readAll } from '../src/client.ts';
import { listen } from '../src/listen.ts';

let api: Api;
let origin: string;

beforeEach(async () => {
  api = createApi();
  origin = await listen(api.server);
});
afterEach(() => {
  api.server.closeAllConnections();
  api.server.close();
});

const paths = Array.from({ length: 25 }, (_, index) => `/pages/${index}`);

test('a client that keeps pace gets every page and is hardly ever refused', async () => {
  expect(await readAll(origin, paths)).toEqual(paths);
  // The server says whole seconds and rounds up, so even the edge of its window is kept.
  expect(api.refused).toBeLessThanOrEqual(1);
});

test('one that does not is refused most of the time', async () => {
  const statuses = await Promise.all(paths.map(async (path) => (await fetch(`${origin}${path}`)).status));
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
});
