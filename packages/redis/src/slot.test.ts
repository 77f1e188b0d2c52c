import { expect, test } from 'vitest';
import { slotOf } from './slot.ts';

test.each([
  ['', 0],
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}bar', 12_182],
  ['bar{foo}', 12_182],
  ['{user1000}.following', 3_443],
  ['foo{}{bar}', 8_363],
  ['foo{{bar}}zap', slotOf('{bar')],
  ['foo{bar}{zap}', slotOf('bar')],
])('hashes %j to slot %i', (key, slot) => {
  expect(slotOf(key)).toBe(slot);
});

test('hashes the whole key when the tag is empty, unclosed or closed before it opens', () => {
  for (const key of ['{}', '{}a', 'a{}', 'a{', 'a}', '}{', '}a{b', '{{', '{}{a}', 'é{}ü{x}']) {
    expect(slotOf(key)).toBe(bitByBit(Buffer.from(key)));
    expect(slotOf(Buffer.from(key))).toBe(bitByBit(Buffer.from(key)));
  }
});

test('hashes text as UTF-8, and bytes as they are', () => {
  for (const key of ['é', 'schlüssel{größe}', '日本語', '🜚{🜛}🜜', 'a\u0000b', '{\u0000}x', 'x{\u007f}', '\ud800']) {
    expect(slotOf(key)).toBe(slotOf(Buffer.from(key)));
  }
  expect(slotOf(Uint8Array.of(0xff, 0x7b, 0x80, 0x7d, 0x00))).toBe(slotOf(Uint8Array.of(0x80)));
});

function bitByBit(bytes: Uint8Array): number {
  let checksum = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const carry = ((checksum >> 15) ^ (byte >> bit)) & 1;
      checksum = ((checksum << 1) & 0xffff) ^ (carry * 0x1021);
    }
  }
  return checksum % 16_384;
}
