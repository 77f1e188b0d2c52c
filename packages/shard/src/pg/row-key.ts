import { shown } from '../keys/shown.ts';
import type { CheckedTable } from './table-options.ts';

/** Where a row is: which of the tables, and the texts of its key columns. */
export interface RowPlace {
  readonly table: number;
  readonly parts: readonly string[];
}

/**
 * Rows of several tables in one space of keys. Of one table with one key column a key is the text of that column; else it is a
 * JSON array: the name of the table, where there are several, and the text of each column.
 */
export class RowKeys {
  readonly #tables: readonly CheckedTable[];
  readonly #plain: boolean;

  constructor(tables: readonly CheckedTable[]) {
    this.#tables = tables;
    this.#plain = tables.length === 1 && tables[0]?.key.length === 1;
  }

  keyOf({ table, parts }: RowPlace): string {
    if (this.#plain) return parts[0] as string;
    return JSON.stringify(this.#tables.length === 1 ? parts : [this.#nameOf(table), ...parts]);
  }

  /** @throws TypeError for a text that is no key of these tables. */
  placeOf(key: string): RowPlace {
    if (this.#plain) return { table: 0, parts: [key] };
    const texts = parsed(key);
    return this.#place(this.#tables.length === 1 ? [this.#nameOf(0), ...texts] : texts, key);
  }

  /** The place that a trigger has written down: always with the name of the table. */
  notedPlace(noted: string): RowPlace {
    return this.#place(parsed(noted), noted);
  }

  #place([name, ...parts]: readonly unknown[], key: string): RowPlace {
    const table = this.#tables.findIndex((one) => one.name === name);
    const fits = parts.length === this.#tables[table]?.key.length && parts.every((part) => typeof part === 'string');
    if (!fits) throw new TypeError(`key must be one of the tables ${this.#names()}, got ${shown(key)}`);
    return { table, parts: parts as readonly string[] };
  }

  #nameOf(table: number): string {
    return (this.#tables[table] as CheckedTable).name;
  }

  #names(): string {
    return this.#tables.map(({ name }) => name).join(', ');
  }
}

function parsed(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
