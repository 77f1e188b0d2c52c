import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CheckoutCopy, copyCheckout } from '../checkout-copy.ts';
import { runScript } from '../run-script.ts';

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let copy: CheckoutCopy;
beforeAll(() => {
  copy = copyCheckout();
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '-qm', 't'],
  ])
    execFileSync('git', args, { cwd: copy.folder });
});
afterAll(() => copy[Symbol.dispose]());

function manifestOf(name: string) {
  return JSON.parse(readFileSync(join(copy.folder, 'packages', name, 'package.json'), 'utf8'));
}

function check() {
  return runScript(copy.folder, 'scripts/check.mjs', 'changesets');
}

test('gives every package one version and remembers what was released', async () => {
  expect(await check()).toMatchObject({ code: 0 });
  expect(await runScript(copy.folder, 'scripts/release/version.mjs')).toMatchObject({ code: 0 });
  expect(manifestOf('core').version).not.toBe('0.0.0');
  expect(manifestOf('redis').version).toBe(manifestOf('core').version);
  const record = JSON.parse(readFileSync(join(copy.folder, '.changeset/released.json'), 'utf8'));
  expect(record['@xc/core'].version).toBe(manifestOf('core').version);
  expect(await check()).toMatchObject({ code: 0 });
});

test('asks for a changeset once a package differs from its release', async () => {
  copy.write('packages/core/src/planted.test.ts', 'export const onlyATest = 1;\n');
  expect(await check()).toMatchObject({ code: 0 });
  copy.write('packages/core/src/planted.ts', 'export const planted = 1;\n');
  const { code, output } = await check();
  expect(code).toBe(1);
  expect(output).toContain('@xc/core changed since its last release: run pnpm changeset');
  expect(output).not.toContain('@xc/redis changed');
  copy.write('.changeset/brave-cats-sing.md', "---\n'@xc/core': patch\n---\n\nPlant something.\n");
  expect(await check()).toMatchObject({ code: 0 });
});

test('refuses a changeset for a package that does not exist', async () => {
  copy.write('.changeset/odd-dogs-sit.md', "---\n'@xc/nowhere': patch\n---\n\nNothing.\n");
  expect((await check()).output).toContain('.changeset names @xc/nowhere, which is no package here');
});

test('stamps the repository that the workflow runs in, and nothing without one', async () => {
  const before = manifestOf('core');
  const environment = process.env.GITHUB_REPOSITORY;
  try {
    process.env.GITHUB_REPOSITORY = 'not a repository';
    expect(await runScript(copy.folder, 'scripts/release/stamp.mjs')).toMatchObject({ code: 1 });
    expect(manifestOf('core')).toEqual(before);
    process.env.GITHUB_REPOSITORY = 'somebody/xc';
    expect(await runScript(copy.folder, 'scripts/release/stamp.mjs')).toMatchObject({ code: 0 });
  } finally {
    if (environment === undefined) delete process.env.GITHUB_REPOSITORY;
    else process.env.GITHUB_REPOSITORY = environment;
  }
  expect(manifestOf('core').repository).toMatchObject({ type: 'git', directory: 'packages/core' });
  expect(manifestOf('core').repository.url).toMatch(/^git\+https:\/\/.*\/somebody\/xc\.git$/);
});
