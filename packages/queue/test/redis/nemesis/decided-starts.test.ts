import { expect, test } from 'vitest';
import { checkHistory, type HistoryEvent } from '../../../src/testing/index.ts';
import { decidedStarts } from './decided-starts.ts';

const start = (t: number, worker: string, fence: string): HistoryEvent => ({ t, op: 'start', id: 'a', worker, fence });
const frozen = { worker: 'w1', t: 10 };
const freeze: HistoryEvent = { ...frozen, op: 'freeze' };
const rulesOf = (history: readonly HistoryEvent[]) => checkHistory(history).violations.map(({ rule }) => rule);
const added: readonly HistoryEvent[] = [
  { t: 0, op: 'add', phase: 'invoke', id: 'a' },
  { t: 1, op: 'add', phase: 'ok', id: 'a' },
];

test('takes what a worker woke up with for started when it fell asleep', () => {
  const history = [...added, freeze, start(20, 'w2', '7'), start(30, 'w1', '5'), { ...freeze, t: 31 }];
  expect(rulesOf(history)).toContain('fence-order');
  expect(rulesOf(decidedStarts(history, [frozen]))).toEqual([]);
});

test.each([
  ['the second start after it woke up', [{ ...start(29, 'w1', '9'), id: 'b' }, start(30, 'w1', '5')], [frozen]],
  ['a start of a worker that did not sleep', [start(30, 'w3', '5')], [frozen]],
  ['a start where nobody slept', [start(30, 'w1', '5')], []],
])('leaves %s where it is', (_, late, freezes) => {
  const history = [...added, freeze, start(20, 'w2', '7'), ...late];
  expect(rulesOf(decidedStarts(history, freezes))).toContain('fence-order');
});

test('leaves a first start alone that nobody overtook', () => {
  const history = [...added, freeze, start(30, 'w1', '5')];
  expect(decidedStarts(history, [frozen])).toEqual(history);
});
