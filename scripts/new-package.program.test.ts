import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts';
import { runScript } from './run-script.ts';

// Whole stages run here, on a machine that other tests may be using as well.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let copy: CheckoutCopy;
beforeAll(async () => {
  copy = copyCheckout();
  // What pnpm install would link.
  for (const name of ['tally', 'far-tally']) {
    const modules = join(copy.folder, 'packages', name, 'node_modules');
    mkdirSync(join(modules, '@xc'), { recursive: true });
    for (const used of ['core', 'redis']) symlinkSync(`../../../${used}`, join(modules, '@xc', used));
    symlinkSync(join(copy.folder, 'packages/redis/node_modules/ioredis'), join(modules, 'ioredis'));
  }
});
afterAll(() => copy[Symbol.dispose]());

function newPackage(...args: readonly string[]) {
  return runScript(copy.folder, 'scripts/new-package.mjs', ...args);
}

test('refuses a name that is no name', async () => {
  const refused = {
    '@xc/cache': 'kebab-case',
    Cache: 'kebab-case',
    '2fast': 'kebab-case',
    '../x': 'kebab-case',
    'string-utils': 'names no idea',
  };
  for (const [name, why] of Object.entries(refused)) {
    const { code, output } = await newPackage(name, '--no-install');
    expect(code).toBe(1);
    expect(output).toContain(why);
  }
  expect((await newPackage()).output).toMatch(/^usage: /);
});

test('refuses a package that exists and leaves it as it is', async () => {
  const before = readFileSync(join(copy.folder, 'packages/core/package.json'), 'utf8');
  expect(await newPackage('core', '--no-install')).toEqual({ code: 1, output: 'packages/core exists already\n' });
  expect(readFileSync(join(copy.folder, 'packages/core/package.json'), 'utf8')).toBe(before);
});

test('lays down packages that every check takes as they are', async () => {
  expect(await newPackage('tally', '--no-install')).toMatchObject({ code: 0 });
  expect(await newPackage('far-tally', '--redis', '--no-install')).toMatchObject({ code: 0 });
  expect(existsSync(join(copy.folder, 'packages/far-tally/src/redis/increment.lua'))).toBe(true);
  const run = await runScript(
    copy.folder,
    'scripts/check.mjs',
    ...['house', 'lint', 'layers', 'unused', 'docs', 'changesets'],
  );
  expect(run).toMatchObject({ code: 0, output: expect.stringContaining('all 6 stages hold') });
});

test('lays down packages that type-check and build', async () => {
  const include = ['lua.d.ts', 'test-support/src/global/redis.ts', 'packages/tally', 'packages/far-tally'];
  const exclude = ['packages/*/dist', 'packages/*/node_modules'];
  copy.write('tsconfig.planted.json', JSON.stringify({ extends: './tsconfig.base.json', include, exclude }));
  for (const compiler of ['typescript', 'typescript-5.9', 'typescript-7']) {
    const checked = await runScript(copy.folder, `node_modules/${compiler}/bin/tsc`, '-p', 'tsconfig.planted.json');
    expect(checked).toEqual({ code: 0, output: '' });
  }
  const tsup = join(copy.folder, 'node_modules/tsup/dist/cli-default.js');
  for (const name of ['tally', 'far-tally']) {
    expect(await runScript(join(copy.folder, 'packages', name), tsup, '--silent')).toMatchObject({ code: 0 });
    expect(existsSync(join(copy.folder, 'packages', name, 'dist/testing.d.cts'))).toBe(true);
  }
  // A Lua script is text in the build.
  expect(readFileSync(join(copy.folder, 'packages/far-tally/dist/redis.cjs'), 'utf8')).toContain("redis.call('INCR'");
});

test('lays down a bench that runs', async () => {
  const { code, output } = await runScript(copy.folder, 'scripts/bench.mjs', 'tally', '--quick');
  expect(code).toBe(0);
  expect(output).toMatch(/in memory +[\d.]+ ns +naive [\d.]+ ns/);
});

test('lays down tests that pass', async () => {
  const { code, output } = await runScript(
    copy.folder,
    'node_modules/vitest/vitest.mjs',
    ...['run', '--project', 'unit', '--project', 'redis', 'packages/tally', 'packages/far-tally'],
  );
  expect(output).toMatch(/\n16 passed, 0 failed, 0 skipped/);
  expect(code).toBe(0);
});
