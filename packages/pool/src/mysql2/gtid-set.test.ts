import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareGtidSets } from './gtid-set.ts';

const a = '3e11fa47-71ca-11e1-9e33-c80aa9429562';
const b = '4e11fa47-71ca-11e1-9e33-c80aa9429562';

describe('two sets', () => {
  test.each([
    ['', '', 0],
    [`${a}:1-5`, '', 1],
    [`${a}:1-5`, `${a}:1-6`, -1],
    [`${a}:1-5`, `${a.toUpperCase()}:1-3:4-5`, 0],
    [`${a}:1-5:7`, `${a}:1-7`, -1],
    [`${a}:1-5,\n${b}:1`, `${a}:1-5`, 1],
    [`${a}:1-5`, `${b}:1-5`, Number.NaN],
    [`${a}:1-9`, `${a}:1-8,${b}:1`, Number.NaN],
    [`${a}:1-5:tag:1-2`, `${a}:1-5`, 1],
    [`${a}:9223372036854775806`, `${a}:9223372036854775807`, Number.NaN],
  ])('%j and %j compare as %d', (one, other, order) => {
    expect(compareGtidSets(one, other)).toBe(order);
    expect(compareGtidSets(other, one)).toBe(0 - order);
  });

  test('compare as the sets of their transactions do', () => {
    const set = fc.array(fc.tuple(fc.constantFrom(a, b), fc.integer({ min: 1, max: 12 })), { maxLength: 14 });
    const text = (gtids: readonly (readonly [string, number])[]) =>
      gtids.map(([source, n]) => `${source}:${n}`).join(',');
    fc.assert(
      fc.property(set, set, (one, other) => {
        const [left, right] = [new Set(one.map(String)), new Set(other.map(String))];
        const [holds, isHeld] = [
          [...right].every((gtid) => left.has(gtid)),
          [...left].every((gtid) => right.has(gtid)),
        ];
        const order = holds && isHeld ? 0 : holds ? 1 : isHeld ? -1 : Number.NaN;
        expect(compareGtidSets(text(one), text(other))).toBe(order);
      }),
    );
  });
});

test.each(['x', a, `${a}:`, `${a}:1-`, `${a}:x y`, `${a.slice(1)}:1`])('refuses %j', (text) => {
  expect(() => compareGtidSets(text, '')).toThrow(TypeError);
});
