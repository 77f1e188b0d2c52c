import { expect, test } from 'vitest';
import { RecentInvalidations } from './recent-invalidations.ts';
import type { Repair } from './recovery.ts';

const key = (place: string, soft = false): Repair => ({ kind: 'key', place, soft });
const group = (name: string): Repair => ({ kind: 'group', group: name, length: undefined, soft: false });

test('knows what was invalidated in the last minute, each target once', () => {
  const recent = new RecentInvalidations(100);
  recent.add([key('a'), group('ta')], 0);
  recent.add([key('b')], 40_000);
  recent.add([key('a')], 50_000);
  expect(recent.since(60_000)).toEqual([group('ta'), key('b'), key('a')]);
  expect(recent.since(60_001)).toEqual([key('b'), key('a')]);
  expect(recent.since(200_000)).toEqual([]);
});

test('keeps a soft one beside a hard one of the same key', () => {
  const recent = new RecentInvalidations(100);
  recent.add([key('a'), key('a', true)], 0);
  expect(recent.since(1)).toEqual([key('a'), key('a', true)]);
});

test('keeps no more than it may, the newest', () => {
  const recent = new RecentInvalidations(2);
  recent.add([key('a'), key('b'), key('c')], 0);
  expect(recent.since(1)).toEqual([key('b'), key('c')]);
});
