import { jsonCodec } from '@xc/core';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { keyLayout } from './key-layout.ts';
import { redisTier } from './redis-tier.ts';

const client = new Redis({ lazyConnect: true });

describe('refuses at once', () => {
  const wrong = (options: unknown): unknown => redisTier(client, options as never);

  test('what is no client, without telling what it is', () => {
    for (const none of ['redis://user:secret@host', null, undefined, {}]) {
      expect(() => redisTier(none as never)).toThrow(/^client must be a client of ioredis, got /);
      expect(() => redisTier(none as never)).not.toThrow(/secret/);
    }
  });

  test('an option that nobody knows, and names those that are known', () => {
    expect(() => wrong({ deadlineMS: 1 })).toThrow(
      'unknown option deadlineMS: it is one of prefix, deadlineMs, codec, maxDecodedBytes, policy, fenceMs, maxTtlMs',
    );
    expect(() => wrong(null)).toThrow(TypeError);
  });

  test('a prefix with braces', () => {
    expect(() => wrong({ prefix: 'a{b}' })).toThrow('prefix must have no braces, got "a{b}"');
    expect(() => wrong({ prefix: 7 })).toThrow('prefix must be a text, got 7');
  });

  test('times and sizes that are none', () => {
    expect(() => wrong({ deadlineMs: '150' })).toThrow('deadlineMs must be a number of milliseconds, got "150"');
    for (const ms of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const name of ['deadlineMs', 'fenceMs', 'maxTtlMs']) {
        expect(() => wrong({ [name]: ms })).toThrow(RangeError);
        expect(() => wrong({ [name]: ms })).toThrow(new RegExp(`^${name} must be greater than 0 and at most`));
      }
    }
    expect(() => wrong({ maxDecodedBytes: 1.5 })).toThrow('maxDecodedBytes must be a positive integer, got 1.5');
    expect(() => wrong({ maxDecodedBytes: '1' })).toThrow(TypeError);
  });

  test('a codec or a policy that is none', () => {
    expect(() => wrong({ codec: {} })).toThrow('codec must have encode and decode, got object');
    expect(() => wrong({ codec: { ...jsonCodec, id: -1 } })).toThrow(RangeError);
    expect(() => wrong({ policy: {} })).toThrow('policy must have run, got object');
  });
});

test('has the defaults it is said to have', () => {
  expect(redisTier(client)).toMatchObject({ name: 'redis', deadlineMs: 150, fenceMs: 60_000, medium: client });
});

test('lays keys out so that value and fence have one tag, which is never empty', () => {
  const layout = keyLayout(client, 'xc:c', 'users');
  expect(layout.value('/user:1')).toBe('xc:c:users:{k:/user:1}:v');
  expect(layout.fence('ns/}')).toBe('xc:c:users:{k:ns/}}:f');
  expect(layout.groups).toBe('xc:c:users:{g}');
  expect(layout.once('/o')).toBe('xc:c:users:{o:/o}');
  expect(keyLayout(client, 'a*', 'users').values).toBe('a\\*:users:{k:*}:v');
});
