import { expect, test } from 'vitest';
import vectors from '../test/vectors/fenced-update.json' with { type: 'json' };
import { type FencedUpdate, fencedUpdate } from './fenced-update.ts';

interface Vector {
  readonly spec: Omit<FencedUpdate, 'fence'> & { readonly fence: string };
  readonly sql: string;
  readonly params: readonly unknown[];
}

test.for(vectors.good as readonly Vector[])('writes $sql', ({ spec, sql, params }) => {
  expect(fencedUpdate({ ...spec, fence: BigInt(spec.fence) })).toEqual({ sql, params });
});

test.for(vectors.bad as readonly object[])('refuses %j', (spec) => {
  expect(() => fencedUpdate({ ...spec, fence: 1n } as unknown as FencedUpdate)).toThrow(TypeError);
});

const good = { table: 't', set: { a: 1 }, where: { id: 1 }, fence: 1n };

test.for<[object, string]>([
  [{ ...good, where: {} }, 'where must name at least one column'],
  [{ ...good, fence: 1 }, 'fence must be a bigint, got 1'],
  [{ ...good, fence: '1' }, 'fence must be a bigint, got text 1'],
  [{ ...good, fenceColumn: 'a b' }, 'fenceColumn must be an identifier such as jobs or app.jobs, got text a b'],
  [{ ...good, dialect: 'oracle' }, "dialect must be 'postgres' or 'mysql', got text oracle"],
  [{ ...good, set: { FENCE: 1 } }, 'set must leave fence to the fence'],
  [{ ...good, set: { a: undefined } }, 'a in set must have a value, got undefined'],
  [{ ...good, where: { id: undefined } }, 'id in where must have a value, got undefined'],
  [{ ...good, set: [1] }, 'set must be an object of columns, got object'],
  [{ ...good, set: { 'a.b.c': 1 } }, 'a column of set must be an identifier such as jobs or app.jobs, got text a.b.c'],
  [{ ...good, tabel: 't' }, 'unknown option tabel'],
])('says what is wrong: $1', ([spec, message]) => {
  expect(() => fencedUpdate(spec as FencedUpdate)).toThrow(new TypeError(message));
});

test('asks for a missing value as databases do, since nothing equals null', () => {
  const { sql, params } = fencedUpdate({ ...good, where: { id: 1, deleted: null } });
  expect(sql).toBe(
    'UPDATE t SET a = $1, fence = $2 WHERE id = $3 AND deleted IS NULL AND (fence IS NULL OR fence <= $2)',
  );
  expect(params).toEqual([1, '1', 1]);
});

test('takes nothing from a prototype', () => {
  const inherited = Object.create({ id: 1 });
  expect(() => fencedUpdate({ ...good, where: inherited })).toThrow('where must name at least one column');
});

test.for([-1n, 2n ** 63n])('refuses the fence %s, which no column of 64 bits takes', (fence) => {
  const update = () => fencedUpdate({ table: 'jobs', set: { state: 'done' }, where: { id: 7 }, fence });
  expect(update).toThrow(RangeError);
  expect(update).toThrow(`fence must be from 0 to 9223372036854775807, got ${fence}`);
});

test('takes fences up to the last that a column of 64 bits takes', () => {
  const { params } = fencedUpdate({ table: 'jobs', set: { state: 'done' }, where: { id: 7 }, fence: 2n ** 63n - 1n });
  expect(params[1]).toBe('9223372036854775807');
});
