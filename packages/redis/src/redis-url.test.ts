import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskRedisUrl, parseRedisUrl } from './redis-url.ts';

test.each([
  ['redis://', { host: '127.0.0.1', port: 6379, db: 0, secure: false }],
  ['redis://localhost', { host: 'localhost', port: 6379, db: 0, secure: false }],
  ['REDIS://Host:1/', { host: 'Host', port: 1, db: 0, secure: false }],
  ['rediss://[::1]:6380/3', { host: '::1', port: 6380, db: 3, secure: true }],
  ['redis://:p%40ss%2Fw%23@host', { host: 'host', port: 6379, db: 0, secure: false, password: 'p@ss/w#' }],
  [
    'redis://ada:secret@host:1/2?family=6',
    { host: 'host', port: 1, db: 2, secure: false, username: 'ada', password: 'secret', family: 6 },
  ],
  ['redis://:a@b@host', { host: 'host', port: 6379, db: 0, secure: false, password: 'a@b' }],
  ['redis://host?family=0', { host: 'host', port: 6379, db: 0, secure: false }],
])('reads %s', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

test.each([
  ['http://ada:hunter2@host', 'http://***@host'],
  ['postgres://:hunter2@host:5432/db', 'postgres://***@host:5432/db'],
  ['ada:hunter2@host', '***@host'],
  ['redis//:hunter2@host', '***@host'],
  ['hunter2!', '***'],
  ['redis://:hunter2', 'redis://***'],
  ['redis://:hunt/er2@host', 'redis://***@host'],
  ['redis://:hunt#er2@host', 'redis://***@host'],
  ['redis://:hunt?er2@host', 'redis://***@host'],
  ['redis://:hunter2@host:99999', 'redis://***@host:99999'],
  ['redis://:hunter2%@host', 'redis://***@host'],
  ['redis://:hunter2@host/name/x', 'redis://***@***'],
  ['redis://host/0?password=hunter2', 'redis://host/0?***'],
  ['redis://host/0?family=hunter2', 'redis://host/0?***'],
  ['redis://host/0#hunter2', 'redis://host/0?***'],
  ['', ''],
])('refuses %s at once and shows it as %s', (url, shown) => {
  const attempt = (): unknown => parseRedisUrl(url);
  expect(attempt).toThrow(TypeError);
  expect(attempt).toThrow(`got ${shown}`);
  expect(attempt).not.toThrow('hunter2');
});

test.each([undefined, null, 6379, {}])('refuses %s', (url) => {
  expect(() => parseRedisUrl(url as never)).toThrow(/^url must be a redis:\/\/ or rediss:\/\/ URL, got /);
});

test('reads back any user and password that were percent-encoded', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string({ unit: 'grapheme' }),
      (password, username) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@host/1`;
        expect(parseRedisUrl(url)).toMatchObject({ host: 'host', db: 1, password });
        expect(parseRedisUrl(url).username ?? '').toBe(username);
      },
    ),
  );
});

test('never shows a password, whatever surrounds it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      expect(maskRedisUrl(`${before}:hunter2@${after.replaceAll('hunter2', '')}`)).not.toContain('hunter2');
    }),
  );
});
