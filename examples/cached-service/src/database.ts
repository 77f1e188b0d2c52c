import { setTimeout } from 'node:timers/promises';

export interface Book {
  readonly id: number;
  readonly title: string;
  readonly author: string;
  readonly cents: number;
}

/** Stands for your database: a table of books, 20 ms away. */
export class Database {
  /** Statements so far. */
  queries = 0;
  readonly #books = new Map<number, Book>([
    [1, { id: 1, title: 'Notes by the Translator', author: 'lovelace', cents: 1_200 }],
    [2, { id: 2, title: 'The Education of a Computer', author: 'hopper', cents: 900 }],
    [3, { id: 3, title: 'Understanding Computers', author: 'hopper', cents: 700 }],
  ]);

  async run(sql: string, params: readonly unknown[]): Promise<readonly Book[]> {
    this.queries++;
    await setTimeout(20);
    const books = [...this.#books.values()];
    if (sql.includes('id = ANY')) return books.filter(({ id }) => (params[0] as readonly number[]).includes(id));
    if (sql.includes('author = $1')) return books.filter(({ author }) => author === params[0]);
    if (sql.includes('ORDER BY cents')) return books.sort((a, b) => a.cents - b.cents);
    const [cents, changed] = params as readonly [number, number];
    const book = this.#books.get(changed);
    if (book !== undefined) this.#books.set(changed, { ...book, cents });
    return [];
  }
}
