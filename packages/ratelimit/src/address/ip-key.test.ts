import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { ipAddressText, parseIpAddress } from './ip-address.ts';
import { ipKey } from './ip-key.ts';

describe('ipKey', () => {
  test.each(vectors.ipKey)('counts $input as it says in the vectors', ({ input, key64, key56 }) => {
    expect(ipKey(input)).toBe(key64);
    expect(ipKey(input, { v6Prefix: 56 })).toBe(key56);
  });

  test.each([
    [48, '2001:db8:aaaa::/48'],
    [56, '2001:db8:aaaa:bb00::/56'],
    [60, '2001:db8:aaaa:bbb0::/60'],
    [64, '2001:db8:aaaa:bbbb::/64'],
    [128, '2001:db8:aaaa:bbbb:1:2:3:4/128'],
  ] as const)('keeps the first %d bits of an IPv6 address', (v6Prefix, key) => {
    expect(ipKey('2001:db8:aaaa:bbbb:1:2:3:4', { v6Prefix })).toBe(key);
  });

  test.each([
    ['fe80::1%eth0', 'fe80::/64'],
    ['::ffff:102:304', '1.2.3.4'],
    ['64:ff9b::102:304', '1.2.3.4'],
    ['::1.2.3.4', '::/64'],
    ['64:ff9b:1::1.2.3.4', '64:ff9b:1::/64'],
    ['::ffff:0:1.2.3.4', '::/64'],
    ['2001:0DB8:0:1::', '2001:db8:0:1::/64'],
    ['0:0:0:1:1::', '0:0:0:1::/64'],
    ['1:0:0:2::', '1:0:0:2::/64'],
  ])('counts %s as %s', (ip, key) => {
    expect(ipKey(ip)).toBe(key);
  });

  test.each([
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '1.2.3.4.',
    '1..2.3',
    '::%',
    '1.2.3.4%eth0',
    '[::1]',
    ':::',
    '1::2::3',
    '12345::',
    '::1.2.3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4::5:6:7:8',
    '1:2:3:4:5:6::1.2.3.4',
    '1:2:3:4:5:6:7:1.2.3.4',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
  ])('refuses %j', (ip) => {
    expect(ipKey(ip)).toBeUndefined();
  });

  test.each([undefined, null, 0, {}, ['1.2.3.4']])('takes %j for no address', (ip) => {
    expect(ipKey(ip as never)).toBeUndefined();
  });

  test.each([0, 32, 65, '64', Number.NaN])('refuses the prefix %j', (v6Prefix) => {
    expect(() => ipKey('::1', { v6Prefix: v6Prefix as never })).toThrow(
      new RangeError(`v6Prefix must be one of 48, 56, 60, 64, 128, got ${v6Prefix}`),
    );
  });

  test('takes what net.isIP takes and nothing else, near misses included', () => {
    const piece = fc.constantFrom(
      ':',
      '::',
      '.',
      '0',
      '1',
      '255',
      '256',
      'ffff',
      'g',
      '01',
      '%',
      'e',
      '-',
      '1.2.3.4',
      ' ',
    );
    const nearly = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(nearly, fc.ipV4(), fc.ipV6(), fc.ipV4Extended(), fc.string()), (text) => {
        expect(ipKey(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 20_000 },
    );
  });

  test('gives one key to all spellings of an address', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        const long = groups.map((bits) => bits.toString(16).padStart(4, '0').toUpperCase()).join(':');
        const short = new URL(`http://[${long}]`).hostname.slice(1, -1);
        const address = parseIpAddress(long) ?? 0;
        if (typeof address !== 'number') expect(ipAddressText(address)).toBe(short);
        expect(ipKey(short)).toBe(ipKey(long));
      }),
      { numRuns: 2_000 },
    );
  });

  test('takes a time that grows with the length of its input and no faster', () => {
    for (const text of [
      ':'.repeat(1e6),
      '1'.repeat(1e6),
      '1:'.repeat(5e5),
      '1.'.repeat(5e5),
      `::%${'a'.repeat(1e6)}`,
    ]) {
      const from = performance.now();
      ipKey(text);
      expect(performance.now() - from).toBeLessThan(1_000);
    }
  });
});
