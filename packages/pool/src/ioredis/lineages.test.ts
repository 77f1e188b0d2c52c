import { expect, test } from 'vitest';
import { Lineages } from './lineages.ts';

const none = '0'.repeat(40);
const facts = (id: string, before: string, promotedAt: number, place: string) => ({ id, before, promotedAt, place });

test('a promoted node is of a later term than the one before, whoever is heard of first', () => {
  for (const order of [
    ['a', 'b'],
    ['b', 'a'],
  ]) {
    const lineages = new Lineages();
    const nodes = { a: facts('one', none, -1, 'a'), b: facts('two', 'one', 991, 'b') };
    const terms = Object.fromEntries(
      order.map((name) => [name, lineages.termOfPrimary(nodes[name as keyof typeof nodes])]),
    );
    expect(terms.b).toBeGreaterThan(terms.a as number);
  }
});

test('a term stays what it was, and is that of those who follow', () => {
  const lineages = new Lineages();
  const promoted = facts('two', 'one', 991, 'b');
  expect([lineages.termOfPrimary(promoted), lineages.termOfPrimary(promoted)]).toEqual([991, 991]);
  // A full copy has forgotten what was before.
  expect(lineages.termOfReplica(facts('two', none, -1, 'c'))).toBe(991);
  expect(lineages.termOfReplica(facts('unheard of', none, -1, 'c'))).toBe(0);
});

test('a primary that was restarted without its history is still the one', () => {
  const lineages = new Lineages();
  const before = lineages.termOfPrimary(facts('two', 'one', 991, 'b'));
  const after = lineages.termOfPrimary(facts('three', none, -1, 'b'));
  expect(after).toBeGreaterThan(before);
  // And who is promoted after it, at a small offset of the new history, comes after it.
  expect(lineages.termOfPrimary(facts('four', 'three', 51, 'c'))).toBeGreaterThan(after);
});

test('an old primary that comes back does not come after the one that took over', () => {
  const lineages = new Lineages();
  lineages.termOfPrimary(facts('one', none, -1, 'a'));
  const top = lineages.termOfPrimary(facts('two', 'one', 991, 'b'));
  expect(lineages.termOfPrimary(facts('one', none, -1, 'a'))).toBeLessThan(top);
  // Restarted, with what it wrote on its own and saved.
  expect(lineages.termOfPrimary(facts('other', 'one', 2_001, 'a'))).toBeLessThan(top);
  expect(lineages.termOfPrimary(facts('empty', none, -1, 'a'))).toBeLessThan(top);
});
