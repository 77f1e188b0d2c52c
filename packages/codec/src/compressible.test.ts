import { expect, test } from 'vitest';
import { compressible } from './compressible.ts';

test.each([
  'text/html',
  'text/event-stream',
  'TEXT/Plain; charset=utf-8',
  'application/json',
  'application/json; charset=utf-8',
  ' application/json ;charset=utf-8',
  'application/problem+json',
  'application/vnd.api+json',
  'application/atom+xml',
  'application/javascript',
  'application/wasm',
  'image/svg+xml',
  'font/ttf',
])('compresses %s', (type) => {
  expect(compressible(type)).toBe(true);
});

test.each([
  undefined,
  null,
  '',
  'image/png',
  'image/jpeg',
  'video/mp4',
  'font/woff2',
  'application/zip',
  'application/gzip',
  'application/octet-stream',
  'application/jsonish',
  'x-application/json',
  'application/',
])('leaves %s as it is', (type) => {
  expect(compressible(type)).toBe(false);
});
