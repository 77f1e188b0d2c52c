import { expect, test } from 'vitest';
import { SequenceLedger } from './sequence-ledger.ts';

test('takes the silence of one node for loss while others are heard', () => {
  const ledger = new SequenceLedger(1_000);
  ledger.hear('a', 0, false, 0);
  expect(ledger.settle(1_000, 1_000)).toBe(false);
  expect(ledger.settle(2_000, 2_000)).toBe(true);
  expect(ledger.settle(2_250, 2_250)).toBe(false);
});

test('says nothing of nodes while nobody is heard at all', () => {
  const ledger = new SequenceLedger(1_000);
  ledger.hear('a', 0, false, 0);
  expect(ledger.settle(5_000, 0)).toBe(false);
});
