import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { headOf, heartbeatOf, readTelegram } from './message-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const message = { kind: 'drop', keys: ['/a]1', 'ns/é"\n', '/__proto__'], groups: ['t/x'], lengths: [3] } as const;

test('reads what it writes, the version behind it', () => {
  expect(readTelegram(bytes(`${headOf('n1', 7, message)}1795514400000000`))).toEqual({
    node: 'n1',
    sequence: 7,
    message: { ...message, version: 1_795_514_400_000_000n },
  });
  expect(readTelegram(bytes(heartbeatOf('n1', 7)))).toEqual({ node: 'n1', sequence: 7, message: undefined });
});

test('reads nothing else', () => {
  const text = `${headOf('n1', 7, message)}12`;
  for (const other of ['', 'x', '[]', '[1]0', '{}1', `${text}x`, text.slice(0, -2), text.replace('"drop"', '"grow"')]) {
    expect(readTelegram(bytes(other)), other).toBeUndefined();
  }
  expect(readTelegram(bytes(text.replace('[1,', '[2,')))).toBeUndefined();
  expect(readTelegram(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
});

test('never throws, whatever comes', () => {
  const random = new SeededRandom(4);
  const whole = bytes(`${headOf('n1', 7, message)}12`);
  for (let round = 0; round < 20_000; round++) {
    const copy = whole.slice(0, 1 + Math.floor(random.next() * whole.length));
    copy[Math.floor(random.next() * copy.length)] = Math.floor(random.next() * 256);
    readTelegram(copy);
  }
});
