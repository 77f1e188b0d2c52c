import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/ratelimit.json' with { type: 'json' };
import { clientIpResolver } from './client-ip-resolver.ts';

const ten = ['10.0.0.0/8'];
const behindTen = clientIpResolver({ trusted: ten });
const forwarded = clientIpResolver({ trusted: ten, header: 'forwarded' });

describe('clientIpResolver', () => {
  test.each(vectors.clientIp)(
    'finds $client behind $remote, saying $xff',
    ({ remote, xff, xffRepeat, trusted, client }) => {
      const repeated = xffRepeat && Array.from({ length: xffRepeat.times }, () => xffRepeat.entry).join(', ');
      expect(clientIpResolver({ trusted })(remote, xff ?? repeated)).toBe(client);
    },
  );

  test('believes no left entries that the client itself has sent', () => {
    expect(behindTen('10.0.0.1', '10.0.0.66, 8.8.8.8, 203.0.113.7, 10.0.0.2')).toBe('203.0.113.7');
    expect(behindTen('203.0.113.7', '8.8.8.8')).toBe('203.0.113.7');
  });

  test('reads a header of at most `maxEntries` entries', () => {
    const hops = (count: number) => ['7.7.7.7', ...Array.from({ length: count - 1 }, () => '10.0.0.2')].join();
    expect(behindTen('10.0.0.1', hops(32))).toBe('7.7.7.7');
    expect(behindTen('10.0.0.1', hops(33))).toBe('10.0.0.1');
    const two = clientIpResolver({ trusted: ten, maxEntries: 2 });
    expect([two('10.0.0.1', hops(2)), two('10.0.0.1', hops(3))]).toEqual(['7.7.7.7', '10.0.0.1']);
  });

  test('joins several header lines in order', () => {
    expect(behindTen('10.0.0.1', ['6.6.6.6', '7.7.7.7, 10.0.0.3', '10.0.0.2'])).toBe('7.7.7.7');
    expect(behindTen('10.0.0.1', [])).toBe('10.0.0.1');
  });

  test('stops before an entry that is no address', () => {
    for (const entry of [
      '',
      'unknown',
      '_hidden',
      '1.2.3',
      '[::1',
      '::1]',
      '1.1.1.1:port',
      '1.1.1.1:123456',
      '1.1.1.1 2',
    ]) {
      expect(behindTen('10.0.0.1', `9.9.9.9, ${entry}, 10.0.0.2`)).toBe('10.0.0.2');
    }
  });

  test.each([
    ['1.1.1.1:4711', '1.1.1.1'],
    ['[2001:DB8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8:0:0::1', '2001:db8::1'],
    ['::ffff:1.1.1.1', '1.1.1.1'],
    ['[::ffff:1.1.1.1]:80', '1.1.1.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['\t1.1.1.1 ', '1.1.1.1'],
  ])('reads the entry %j as %s', (entry, client) => {
    expect(behindTen('10.0.0.1', entry)).toBe(client);
  });

  test('takes a socket address mapped into IPv6 for the IPv4 address that it is', () => {
    expect(behindTen('::ffff:10.0.0.1', '1.1.1.1')).toBe('1.1.1.1');
    expect(behindTen('::ffff:203.0.113.7', '1.1.1.1')).toBe('203.0.113.7');
    expect(clientIpResolver({ trusted: ['::ffff:10.0.0.0/104'] })('10.9.9.9', '1.1.1.1')).toBe('1.1.1.1');
  });

  test('knows no client where the socket has no address', () => {
    expect(behindTen(undefined, '1.1.1.1')).toBeUndefined();
    expect(behindTen('', '1.1.1.1')).toBeUndefined();
    expect(behindTen('/run/app.sock', '1.1.1.1')).toBeUndefined();
  });

  test.each([
    ['loopback', '127.255.0.1', true],
    ['loopback', '::1', true],
    ['loopback', '::2', false],
    ['loopback', '128.0.0.1', false],
    ['private', '10.255.255.255', true],
    ['private', '172.16.0.1', true],
    ['private', '172.31.255.255', true],
    ['private', '172.32.0.0', false],
    ['private', '192.168.1.1', true],
    ['private', '192.169.0.0', false],
    ['private', 'fd12::1', true],
    ['private', 'fe80::1', false],
    ['0.0.0.0/0', '255.255.255.255', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['128.0.0.0/1', '127.0.0.1', false],
    ['203.0.113.7', '203.0.113.7', true],
    ['203.0.113.7/32', '203.0.113.6', false],
    ['10.1.2.3/8', '10.200.0.1', true],
    ['2001:db8::/61', '2001:db8:0:7::1', true],
    ['2001:db8::/61', '2001:db8:0:8::1', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
  ])('takes %s for what trusts %s: %s', (block, proxy, trusts) => {
    expect(clientIpResolver({ trusted: [block] })(proxy, '9.9.9.9')).toBe(trusts ? '9.9.9.9' : proxy);
  });

  test.each([
    '',
    'localhost',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '::1/129',
    '::ffff:0:0/95',
    'fe80::1%eth0',
    ' 10.0.0.1',
    'constructor',
    7,
    undefined,
  ])('refuses to trust %j', (entry) => {
    expect(() => clientIpResolver({ trusted: [entry as never] })).toThrow(TypeError);
    expect(() => clientIpResolver({ trusted: ['10.0.0.1', entry as never] })).toThrow(
      /^trusted must hold addresses.*, got /,
    );
  });

  test('refuses other options that it cannot serve', () => {
    expect(() => clientIpResolver({ trusted: 'loopback' as never })).toThrow(
      new TypeError('trusted must be an array, got string'),
    );
    expect(() => clientIpResolver({ trusted: [], header: 'x-real-ip' as never })).toThrow(TypeError);
    for (const maxEntries of [0, -1, 1.5, Number.NaN, '32' as never]) {
      expect(() => clientIpResolver({ trusted: [], maxEntries })).toThrow(RangeError);
    }
  });
});

describe('the Forwarded header', () => {
  test.each([
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['proto=https; FOR="192.0.2.60:80" ; host="a;b,c"', '192.0.2.60'],
    ['for=192.0.2.60:80', '192.0.2.60'],
    ['for="192.0.2.60:_port"', '192.0.2.60'],
    ['for="192\\.0.2.60"', '192.0.2.60'],
    ['for=192.0.2.60;', '192.0.2.60'],
    ['for=192.0.2.60, for=10.0.0.2;host="x, for=6.6.6.6"', '192.0.2.60'],
  ])('reads %s', (header, client) => {
    expect(forwarded('10.0.0.1', header)).toBe(client);
  });

  test.each([
    'for=unknown',
    'for=_hidden',
    'for="_hidden"',
    'by=192.0.2.60',
    'for=192.0.2.60;for=192.0.2.61',
    'for=192.0.2.60 junk',
    'for = 192.0.2.60',
    'for="192.0.2.60',
    'for',
    '',
    '192.0.2.60',
  ])('stops before %j, which names no address', (element) => {
    expect(forwarded('10.0.0.1', `for=9.9.9.9, ${element}, for=10.0.0.2`)).toBe('10.0.0.2');
  });

  test('is read from the right, so that a quotation mark the client leaves open hides nothing', () => {
    expect(forwarded('10.0.0.1', 'for="6.6.6.6, for=203.0.113.7')).toBe('203.0.113.7');
    expect(forwarded('10.0.0.1', 'for="6.6.6.6\\", for="[2001:db8::1]"')).toBe('2001:db8::1');
  });

  test('counts the entries, not the commas in quotation marks', () => {
    const two = clientIpResolver({ trusted: ten, header: 'forwarded', maxEntries: 2 });
    expect(two('10.0.0.1', 'for=9.9.9.9;host="a,b,c,d", for=10.0.0.2')).toBe('9.9.9.9');
    expect(two('10.0.0.1', 'for=9.9.9.9;host="a,\\"b", for=10.0.0.2')).toBe('9.9.9.9');
    expect(two('10.0.0.1', 'for=9.9.9.9, for=10.0.0.3, for=10.0.0.2')).toBe('10.0.0.1');
  });
});

test('whatever a header says, the answer is an address and comes at once', () => {
  const piece = fc.constantFrom(
    'for=',
    '"',
    '\\',
    ',',
    ';',
    '1.1.1.1',
    '10.0.0.2',
    '[::1]',
    ':80',
    ' ',
    '=',
    'x',
    '::ffff:',
  );
  const header = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.oneof(header, fc.string(), fc.array(fc.string())), (value) => {
      for (const resolve of [behindTen, forwarded]) expect(isIP(resolve('10.0.0.1', value) ?? '')).not.toBe(0);
    }),
    { numRuns: 5_000 },
  );
  const open = { trusted: ten, maxEntries: 1e9 };
  for (const part of ['"', '\\', ',', 'a', 'for=', 'for="\\', ' ', 'a=b;', '[', ':']) {
    const long = part.repeat(2e5 / part.length);
    const from = performance.now();
    for (const header of ['x-forwarded-for', 'forwarded'] as const) {
      const resolve = clientIpResolver({ ...open, header });
      for (const value of [long, `${long}"`, `${long}, for=10.0.0.2`, `for="${long}", 10.0.0.2`])
        resolve('10.0.0.1', value);
    }
    expect(performance.now() - from).toBeLessThan(5_000);
  }
});
