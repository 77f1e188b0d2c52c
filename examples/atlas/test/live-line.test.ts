import { ManualClock } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { createLiveLine } from '../src/progress/live-line.ts';

function screen(shape: { isTTY?: boolean; columns?: number }) {
  const written: string[] = [];
  return { ...shape, written, write: (text: string) => void written.push(text) };
}

test('writes one line over and over on a terminal, never wider than it is', () => {
  const terminal = screen({ isTTY: true, columns: 11 });
  const line = createLiveLine(terminal, new ManualClock());
  line.show('outage: the database stalls');
  line.note('a line that stays, however long');
  line.show('done');
  line.clear();
  const clear = '\r\u001b[K';
  const stays = `${clear}a line that stays, however long\n`;
  expect(terminal.written).toEqual([`${clear}outage: th`, stays, `${clear}done`, clear]);
});

test('writes a line at news and every four seconds into a file', async () => {
  const clock = new ManualClock();
  const file = screen({});
  const line = createLiveLine(file, clock);
  line.show('all is well   p95 1 ms');
  line.show('all is well   p95 2 ms');
  await clock.advance(4_000);
  line.show('all is well   p95 3 ms');
  line.show('the database stalls   p95 4 ms');
  line.clear();
  expect(file.written).toEqual([
    'all is well   p95 1 ms\n',
    'all is well   p95 3 ms\n',
    'the database stalls   p95 4 ms\n',
  ]);
});
