import { createServer, type Server } from 'node:http';
import type { Cache } from '@xc/cache';
import { createHttpCache, type HttpResponseFacts } from '@xc/cache/http';
import type { Database } from './database.ts';
import { openShop } from './shop.ts';

/** The shop over HTTP. Whole answers are cached as RFC 9111 has it; `x-cache` says where one came from. */
export function createShopServer(cache: Cache, database: Database): Server {
  const { books, cheapest, shelves } = openShop(cache, database);
  // #region http
  const http = createHttpCache(cache.namespace('http'), { tags: () => ['books'] });
  // #endregion

  async function answer(method: string, path: string): Promise<HttpResponseFacts> {
    const [, route, name = '', cents] = path.split('/');
    if (method === 'PUT' && route === 'prices') {
      await shelves.setPrice(Number(name), Number(cents));
      await http.invalidate({ tags: ['books'] });
      return { status: 204, headers: {}, body: '' };
    }
    if (route === 'books') return json(await books.get(Number(name)));
    if (route === 'authors') return json(await shelves.byAuthor(name));
    if (route === 'cheapest') return json(await cheapest());
    return json(undefined);
  }

  return createServer(async ({ method = '', url = '', headers }, response) => {
    try {
      const said = await http.handle({ method, url, headers }, () => answer(method, url));
      response.writeHead(said.status, { ...(said.headers as object), 'x-cache': said.outcome }).end(said.body);
    } catch {
      response.writeHead(503).end();
    }
  });
}

function json(value: unknown): HttpResponseFacts {
  const headers = { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' };
  if (value === undefined) return { status: 404, headers: { 'cache-control': 'no-store' }, body: 'not there' };
  return { status: 200, headers, body: JSON.stringify(value) };
}
