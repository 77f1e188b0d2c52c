import type { SqlDialect } from './dialect.ts';
import { fingerprint } from './fingerprint.ts';
import { operationOf } from './query-operation.ts';
import { ShapeTally } from './query-shape.ts';

/** Together the texts take no more than twice as many bytes. */
const MOST_CHARACTERS = 1_048_576;

/**
 * Remembers the shape of each text, so that a statement that comes again costs one look into a map (bench `fingerprint`).
 * What a text contains is kept in this process alone, to tell it from others; the shape is what is ever shown.
 */
export class KnownStatements {
  readonly #maxTextLength: number;
  readonly #dialect: SqlDialect;
  readonly #known = new Map<string, ShapeTally>();
  #characters = 0;

  constructor(dialect: SqlDialect, maxTextLength: number) {
    this.#dialect = dialect;
    this.#maxTextLength = maxTextLength;
  }

  find(sql: string): ShapeTally {
    return this.#known.get(sql) ?? this.#learn(sql);
  }

  #learn(sql: string): ShapeTally {
    const full = fingerprint(sql, { dialect: this.#dialect });
    const tally = new ShapeTally(full.slice(0, this.#maxTextLength), operationOf(full));
    // One statement of a megabyte is not worth a thousand others.
    if (sql.length <= MOST_CHARACTERS / 64) this.#keep(sql, tally);
    return tally;
  }

  #keep(sql: string, tally: ShapeTally): void {
    this.#known.set(sql, tally);
    this.#characters += sql.length + 1;
    for (const oldest of this.#known.keys()) {
      if (this.#characters <= MOST_CHARACTERS) return;
      this.#known.delete(oldest);
      this.#characters -= oldest.length + 1;
    }
  }
}
