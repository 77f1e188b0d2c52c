import { expect, test } from 'vitest';
import { readServerFacts } from './server-facts.ts';

test.each([
  ['5.0.14', false],
  ['6.0.16', false],
  ['6.1.241', false],
  ['6.2.0', true],
  ['6.10.0', true],
  ['7.0.15', true],
  ['10.0.0', true],
  ['unknown', true],
])('knows whether version %s is supported: %s', (version, isSupported) => {
  expect(readServerFacts(`# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n`)).toMatchObject({
    version,
    isSupported,
  });
});

test.each([
  ['noeviction', false],
  ['allkeys-lru', true],
  ['volatile-ttl', true],
])('knows whether the policy %s evicts: %s', (policy, evicts) => {
  expect(readServerFacts(`maxmemory:0\r\nmaxmemory_policy:${policy}\r\n`)).toMatchObject({ policy, evicts });
});

test('takes the best for granted where the server does not tell', () => {
  expect(readServerFacts('')).toEqual({ version: undefined, policy: undefined, evicts: false, isSupported: true });
});
