import { type Cache, Cached, cachedQuery, createCache, Invalidates } from '@xc/cache';
import type { Book, Database } from './database.ts';

/** The cache of the shop. With `l2: redisTier(client), coherence: pubsub(client)` it is that of all its nodes. */
export function openCache(): Cache {
  return createCache({ name: 'shop', defaults: { ttlMs: 60_000, graceMs: 3_600_000, softTimeoutMs: 200 } });
}

/** What the shop asks its database, each in one of the ways in which a cache comes between. */
export function openShop(cache: Cache, database: Database) {
  // #region define
  // Single asks of one tick become one statement; what is not there is remembered as such.
  const books = cache.define('book', {
    loadMany: async (ids: readonly number[]) => {
      const rows = await database.run('SELECT * FROM books WHERE id = ANY($1)', [ids]);
      return new Map(rows.map((book) => [book.id, book]));
    },
  });
  // #endregion

  // #region query
  // Known by its text and its parameters, forgotten when its table is written.
  const query = cachedQuery(cache, (sql, params) => database.run(sql, params));
  const cheapest = () => query('SELECT * FROM books ORDER BY cents', [], { tables: ['books'] });
  // #endregion

  // #region decorators
  class Shelves {
    @Cached<readonly Book[]>({ cache, tags: (rows) => rows.map(({ id }) => `book:${id}`) })
    async byAuthor(author: string): Promise<readonly Book[]> {
      return database.run('SELECT * FROM books WHERE author = $1', [author]);
    }

    @Invalidates({ cache, target: ([id]: number[]) => ({ tags: [`book:${id}`] }) })
    async setPrice(id: number, cents: number): Promise<void> {
      await query.write('UPDATE books SET cents = $1 WHERE id = $2', [cents, id], ['books']);
      await books.invalidate(id);
    }
  }
  // #endregion

  return { books, cheapest, shelves: new Shelves() };
}
