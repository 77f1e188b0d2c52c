import { expect, test } from 'vitest';
import { ownCopy } from './own-copy.ts';

test('is not changed by what becomes of the value', () => {
  const value = {
    list: [1, [2]],
    at: new Date(5),
    bytes: Buffer.from('a'),
    view: new Uint16Array([1, 2]),
    map: new Map([['a', { b: 1 }]]),
    set: new Set([[1]]),
    bare: Object.assign(Object.create(null), { a: 1 }),
    ...JSON.parse('{"__proto__":{"a":1}}'),
  };
  const copy = ownCopy(value);
  expect(copy).toEqual(value);
  expect(Buffer.isBuffer(copy.bytes)).toBe(true);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
  expect(Object.keys(copy)).toEqual(Object.keys(value));
  value.list[1].push(3);
  value.at.setTime(6);
  value.bytes[0] = 0;
  value.view[0] = 9;
  value.map.get('a').b = 2;
  [...value.set][0].push(2);
  value.bare.a = 2;
  expect([copy.list, copy.at.getTime(), String(copy.bytes), copy.view[0]]).toEqual([[1, [2]], 5, 'a', 1]);
  expect([copy.map.get('a'), [...copy.set], copy.bare.a]).toEqual([{ b: 1 }, [[1]], 1]);
});

test('keeps holes and cycles, and hands on what is of a class of its own', () => {
  class Money {
    cents = 1;
  }
  const money = new Money();
  const cycle: unknown[] = new Array(4);
  cycle[0] = money;
  cycle[3] = cycle;
  const copy = ownCopy(cycle);
  expect(copy[0]).toBe(money);
  expect([1 in copy, copy.length, copy[3] === copy, copy === cycle]).toEqual([false, 4, true, false]);
  for (const plain of [1, 'a', null, undefined, 1n, true]) expect(ownCopy(plain)).toBe(plain);
});
