import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findRedisServer } from './redis-binary.mjs';

const folder = mkdtempSync(join(tmpdir(), 'xc-binary-'));
const program = join(folder, 'redis-server');
writeFileSync(program, '#!/bin/sh\n');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('takes the first that can be run, REDIS_SERVER before PATH', () => {
  chmodSync(program, 0o644);
  expect(findRedisServer({ PATH: `/nowhere:${folder}` })).toBeUndefined();
  chmodSync(program, 0o755);
  expect(findRedisServer({ PATH: `/nowhere:${folder}` })).toBe(program);
  expect(findRedisServer({ PATH: '', REDIS_SERVER: program })).toBe(program);
  expect(findRedisServer({ PATH: '', REDIS_SERVER: '' })).toBeUndefined();
});

test('refuses a REDIS_SERVER that is no program', () => {
  expect(() => findRedisServer({ PATH: folder, REDIS_SERVER: folder })).toThrow(`REDIS_SERVER names ${folder}`);
});
