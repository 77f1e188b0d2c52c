import { createDecipheriv, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isXcError, jsonCodec } from '@xc/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { closedAgain } from '../test/closed-again.ts';
import { brotli } from './brotli.ts';
import { CodecCorruptError, CodecKeyError, type CorruptReason } from './codec-error.ts';
import { encrypted } from './encrypted.ts';
import { gzip } from './gzip.ts';
import type { Keyring } from './keyring.ts';
import { lz4 } from './lz4.ts';

// Thousands of runs, on machines that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const old = randomBytes(32);
const recent = randomBytes(32);
const ring: Keyring = { current: 'recent', keys: { old, recent } };
const codec = encrypted(jsonCodec, ring);
const secret = 'the launch code is 00000000';

function refusal(reason: CorruptReason): unknown {
  return expect.objectContaining({ code: 'XC_CODEC_CORRUPT', reason });
}

describe('round trips', () => {
  test('gives back any JSON value under the binding it was written with', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.option(fc.string({ unit: 'binary' }), { nil: undefined }), (value, binding) => {
        expect(codec.decode(codec.encode(value, binding), binding)).toEqual(jsonCodec.decode(jsonCodec.encode(value)));
      }),
      { numRuns: 500 },
    );
  });

  test('compresses inside', () => {
    const value = 'word '.repeat(1000);
    const both = encrypted(lz4(jsonCodec), ring);
    expect(both.encode(value).byteLength).toBeLessThan(300);
    expect(both.decode(both.encode(value, 'key'), 'key')).toBe(value);
  });

  test('reads with, without and with any other compression inside, so that it can come and go', () => {
    const inner = [jsonCodec, lz4(jsonCodec), gzip(jsonCodec), brotli(jsonCodec)];
    for (const written of [{ few: 1 }, 'word '.repeat(1000)]) {
      for (const writer of inner) {
        for (const reader of inner) {
          expect(encrypted(reader, ring).decode(encrypted(writer, ring).encode(written, 'b'), 'b')).toEqual(written);
        }
      }
    }
  });

  test('hands the binding on to the inner codec', () => {
    const twice = encrypted(lz4(encrypted(jsonCodec, ring)), ring);
    expect(twice.decode(twice.encode(1, 'here'), 'here')).toBe(1);
    expect(() => twice.decode(twice.encode(1, 'here'), 'there')).toThrow(refusal('authentication'));
  });
});

describe('secrecy', () => {
  test('shows nothing of the value, not even whether two are the same', () => {
    const [one, other] = [codec.encode(secret), codec.encode(secret)];
    expect(Buffer.from(one).includes('launch')).toBe(false);
    expect(Buffer.from(one.subarray(12, 16)).readUInt32LE()).toBe(0);
    expect(Buffer.compare(one.subarray(24), other.subarray(24))).not.toBe(0);
  });

  test('takes a nonce that it has not taken before', () => {
    const nonces = new Set(
      Array.from({ length: 5000 }, () => Buffer.from(codec.encode(0).subarray(23, 35)).toString('hex')),
    );
    expect(nonces.size).toBe(5000);
  });

  test('shows no key in a message, an error or the codec itself', () => {
    const bad = encrypted(jsonCodec, { current: 'recent', keys: { recent: old } });
    const shown: string[] = [inspect(codec, { depth: 9, showHidden: true }), JSON.stringify(codec)];
    for (const run of [
      () => bad.decode(codec.encode(secret)),
      () => encrypted(jsonCodec, { current: 'none', keys: { old } }),
      () => encrypted(jsonCodec, { current: 'k', keys: { k: old.subarray(1) } }),
      () => encrypted(jsonCodec, { current: 'k', keys: { k: old.toString('hex') as never } }),
    ]) {
      try {
        run();
        expect.fail('nothing was thrown');
      } catch (error) {
        shown.push(inspect(error, { depth: 9, showHidden: true }));
      }
    }
    for (const text of shown) {
      for (const key of [old, recent]) {
        expect(text).not.toContain(key.toString('hex').slice(2, 20));
        expect(text).not.toContain(key.toString('base64').slice(2, 20));
        expect(text).not.toContain([...key.subarray(1, 6)].join(', '));
      }
      expect(text).not.toContain('launch');
    }
  });
});

describe('authenticity', () => {
  test('refuses two ciphertexts that were swapped', () => {
    const [mine, yours] = [codec.encode('mine', 'user:1'), codec.encode('yours', 'user:2')];
    expect(() => codec.decode(yours, 'user:1')).toThrow(refusal('authentication'));
    expect(() => codec.decode(mine, 'user:2')).toThrow(refusal('authentication'));
    expect(() => codec.decode(mine)).toThrow(refusal('authentication'));
    expect(() => codec.decode(codec.encode('unbound'), 'user:1')).toThrow(refusal('authentication'));
  });

  test('tells any two bindings apart, also those that UTF-8 cannot', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        fc.pre(one !== other);
        expect(() => codec.decode(codec.encode(1, one), other)).toThrow(CodecCorruptError);
      }),
      { numRuns: 500 },
    );
    expect(() => codec.decode(codec.encode(1, '\ud800'), '\ud801')).toThrow(refusal('authentication'));
    expect(() => codec.decode(codec.encode(1, '\ud800'), '\ufffd')).toThrow(refusal('authentication'));
  });

  test('does not let the name of the key and the binding run into each other', () => {
    const keys = { a: old, 'ab\0': old };
    const [short, long] = [
      encrypted(jsonCodec, { current: 'a', keys }),
      encrypted(jsonCodec, { current: 'ab\0', keys }),
    ];
    const written = short.encode(1, 'bcd');
    const renamed = closedAgain(written, (bytes) =>
      Buffer.concat([bytes.subarray(0, 16), Buffer.from('\u0003ab\0'), bytes.subarray(18)]),
    );
    expect(() => long.decode(renamed, 'cd')).toThrow(refusal('authentication'));
  });

  test('refuses every forged byte behind a closing check that matches', () => {
    const written = codec.encode(secret, 'here');
    for (let at = 0; at < written.byteLength - 4; at += 1) {
      for (const flip of [1, 128]) {
        const forged = closedAgain(written, (bytes) => {
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          return bytes;
        });
        // A letter of the key's name may change into the name of a key that the ring does not hold.
        expect(() => codec.decode(forged, 'here')).toThrow(at >= 17 && at < 23 ? CodecKeyError : CodecCorruptError);
      }
    }
  });

  test('refuses every cut behind a closing check that matches', () => {
    const written = codec.encode(secret);
    for (let size = 0; size < written.byteLength - 4; size += 1) {
      expect(() => codec.decode(closedAgain(written, (bytes) => bytes.subarray(0, size)))).toThrow(CodecCorruptError);
    }
  });

  test('refuses what another codec wrote, intact as it is', () => {
    expect(() => codec.decode(lz4(jsonCodec).encode(1))).toThrow(refusal('codec'));
    expect(() => lz4(jsonCodec).decode(codec.encode(1))).toThrow(refusal('codec'));
    const other = encrypted({ ...jsonCodec, id: 77 }, ring);
    expect(() => codec.decode(other.encode(1))).toThrow(refusal('codec'));
    expect(() => other.decode(codec.encode(1))).toThrow(refusal('codec'));
  });
});

describe('rotation', () => {
  const before = encrypted(jsonCodec, { current: 'old', keys: { old } });
  const during = encrypted(jsonCodec, { current: 'recent', keys: { recent, old } });
  const after = encrypted(jsonCodec, { current: 'recent', keys: { recent } });

  test('reads with any key of the ring and writes with the current one', () => {
    expect(during.decode(before.encode(1))).toBe(1);
    expect(after.decode(during.encode(2))).toBe(2);
  });

  test('names the key that it lacks', () => {
    const written = before.encode(secret);
    expect(() => after.decode(written)).toThrow(CodecKeyError);
    expect(() => after.decode(written)).toThrow('the keyring has no key "old"');
    try {
      after.decode(written);
    } catch (error) {
      expect(isXcError(error, 'XC_CODEC_KEY') && error.details).toEqual({ keyId: 'old' });
      expect(error).toMatchObject({ name: 'CodecKeyError', keyId: 'old', retryable: false });
    }
  });

  test('takes damage in the name of the key for damage', () => {
    const written = Buffer.from(before.encode(1));
    written[18] = (written[18] ?? 0) ^ 1;
    expect(() => after.decode(written)).toThrow(refusal('damaged'));
  });

  test('refuses other bytes under the name of a key', () => {
    const impostor = encrypted(jsonCodec, { current: 'recent', keys: { recent: old } });
    expect(() => after.decode(impostor.encode(1))).toThrow(refusal('authentication'));
  });

  test('goes on with its own copy of the keys', () => {
    const bytes = Buffer.from(recent);
    const keys: Record<string, Uint8Array> = { k: bytes };
    const copying = encrypted(jsonCodec, { current: 'k', keys });
    const written = copying.encode(1);
    bytes.fill(0);
    delete keys.k;
    expect(copying.decode(written)).toBe(1);
  });

  test('knows no key by the name of something that every object has', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(() => encrypted(jsonCodec, { current: name, keys: { old } })).toThrow(RangeError);
      const odd = encrypted(jsonCodec, { current: name, keys: Object.fromEntries([[name, recent]]) });
      expect(odd.decode(odd.encode(1))).toBe(1);
      expect(() => codec.decode(odd.encode(1))).toThrow(CodecKeyError);
    }
  });
});

test('can be decrypted by anybody who has the key and this layout', () => {
  const written = Buffer.from(codec.encode({ a: 1 }, 'ключ'));
  const nameLength = written[16] ?? 0;
  expect(written.subarray(17, 17 + nameLength).toString()).toBe('recent');
  const nonceAt = 17 + nameLength;
  const decipher = createDecipheriv('aes-256-gcm', recent, written.subarray(nonceAt, nonceAt + 12));
  decipher.setAAD(Buffer.concat([written.subarray(0, nonceAt), Buffer.from('ключ', 'utf16le')]));
  decipher.setAuthTag(written.subarray(-20, -4));
  const text = decipher.update(written.subarray(nonceAt + 12, -20), undefined, 'utf8') + decipher.final('utf8');
  expect(text).toBe('{"a":1}');
});

test.each([
  [undefined, TypeError, 'keyring options must be an object, got undefined'],
  [{}, TypeError, 'keyring.current must be a string, got undefined'],
  [{ current: 'k' }, TypeError, 'keyring.keys must be an object, got undefined'],
  [{ current: 'k', keys: {} }, RangeError, 'keyring.current must name one of keyring.keys, got "k"'],
  [{ current: 'k', keys: { k: old }, key: old }, TypeError, 'keyring has no option "key"; it has current, keys'],
  [{ current: 'k', keys: { k: 'text' } }, TypeError, 'keyring.keys["k"] must be a Uint8Array of 32 bytes, got string'],
  [{ current: 'k', keys: { k: old.subarray(16) } }, RangeError, 'keyring.keys["k"] must be 32 bytes long, got 16'],
  [
    { current: '', keys: { '': old } },
    RangeError,
    'a key name must be well-formed and take 1 to 255 bytes of UTF-8, got 0',
  ],
  [{ current: 'k', keys: { k: old, ['x'.repeat(256)]: old } }, RangeError, 'got 256 bytes'],
  [{ current: 'k', keys: { k: old, '\ud800': old } }, RangeError, 'a key name must be well-formed'],
])('refuses the keyring %#', (keyring, type, message) => {
  expect(() => encrypted(jsonCodec, keyring as never)).toThrow(type as typeof Error);
  expect(() => encrypted(jsonCodec, keyring as never)).toThrow(message as string);
});

test('refuses an inner codec that is none', () => {
  expect(() => encrypted(undefined as never, ring)).toThrow('inner must be a Codec, got undefined');
});

test('gives a reason when what was encrypted is nothing that the inner codec reads', () => {
  const noJson = encrypted({ id: 0, encode: () => Buffer.from('{'), decode: () => 0 }, ring).encode(0);
  expect(() => codec.decode(noJson)).toThrow(refusal('content'));
  const packed = encrypted(lz4({ id: 0, encode: () => Buffer.from('{'), decode: () => 0 }), ring).encode(0);
  for (const reader of [codec, encrypted(lz4(jsonCodec), ring)]) {
    expect(() => reader.decode(packed)).toThrow(refusal('content'));
  }
  expect(() => encrypted(lz4(jsonCodec), ring).decode(noJson)).toThrow(refusal('content'));
});
