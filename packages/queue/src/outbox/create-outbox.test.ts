import { describe, expect, test } from 'vitest';
import { createOutbox } from './create-outbox.ts';
import type { Sql } from './outbox.ts';

describe('a table', () => {
  test.each(['xc_outbox', 'jobs.outbox', 'db.jobs.Outbox_2', '_'])('may be called %s', (table) => {
    expect(createOutbox({ table }).ddl.join(' ')).toContain(` ${table} (`);
  });

  test.each([
    '',
    'a b',
    'a;b',
    'a"b',
    "a'b",
    '1a',
    'a.',
    '.a',
    'a..b',
    'a.b.c.d',
    'a-b',
    'ä',
    `${'a'.repeat(52)}`,
    'a\nb',
  ])('may not be called %j', (table) => {
    expect(() => createOutbox({ table })).toThrow(RangeError);
  });

  test('must be a string, in a dialect there is', () => {
    expect(() => createOutbox({ table: 5 as never })).toThrow(TypeError);
    expect(() => createOutbox({ dialect: 'oracle' as never })).toThrow(RangeError);
    expect(() => createOutbox({ clock: {} as never })).toThrow(TypeError);
    expect(() => createOutbox({ tabel: 'x' } as never)).toThrow('unknown option tabel');
  });
});

test('binds what it writes and never puts it into the statement', async () => {
  for (const dialect of ['postgres', 'mysql', 'sqlite'] as const) {
    const said: { text: string; params: readonly unknown[] }[] = [];
    const tx: Sql = async (text, params) => {
      said.push({ text, params });
      return { rows: [{ seq: '1' }] };
    };
    await createOutbox({ dialect }).add(tx, { queue: 'q!', type: 't!', data: 'd!', options: { key: 'k!' }, id: 'i!' });
    const written = said.at(-1);
    expect(said.map(({ text }) => text).join()).not.toContain('!');
    expect(written?.params.slice(-5)).toEqual(['i!', 'q!', 't!', '"d!"', '{"key":"k!"}']);
    expect([...(written?.text.match(/\$\d/g) ?? [])]).toEqual(written?.params.map((_, index) => `$${index + 1}`));
  }
});

test('writes no row for an entry that no queue takes', async () => {
  const said: string[] = [];
  const tx: Sql = async (text) => {
    said.push(text);
    return { rows: [] };
  };
  const { signal } = new AbortController();
  const bad: readonly [object, string][] = [
    [{ options: { signal } }, 'options.signal must be left out of an outbox, got an object'],
    [{ options: { delayMs: -1 } }, 'delayMs must be'],
    [{ options: { id: '~mine' } }, "does not start with '~'"],
    [{ options: { trase: 'none' } }, 'unknown option trase'],
    [{ type: '' }, 'type must be'],
    [{ queue: '' }, 'queue must be'],
  ];
  for (const [wrong, message] of bad) {
    const entry = { queue: 'main', type: 't', data: 1, ...wrong };
    await expect(createOutbox().add(tx, entry)).rejects.toThrow(message);
  }
  expect(said).toEqual([]);
  await createOutbox().add(tx, { queue: 'main', type: 't', data: 1, options: { signal: undefined } as never });
  expect(said).toHaveLength(1);
});

describe('a relay', () => {
  const transaction = async () => undefined as never;
  const { relay } = createOutbox();

  test('refuses what it cannot work with', () => {
    expect(() => relay([] as never, { transaction })).toThrow(TypeError);
    expect(() => relay({ main: {} as never }, { transaction })).toThrow(TypeError);
    expect(() => relay({}, {} as never)).toThrow(TypeError);
    expect(() => relay({}, { transaction, batch: 0 })).toThrow(RangeError);
    expect(() => relay({}, { transaction, batch: 1_001 })).toThrow(RangeError);
    expect(() => relay({}, { transaction, pollMs: 0 })).toThrow(RangeError);
    expect(() => relay({}, { transaction, backoff: {} as never })).toThrow(TypeError);
    expect(() => relay({}, { transaction, onError: 1 as never })).toThrow(TypeError);
  });
});
