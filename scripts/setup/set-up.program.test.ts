import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventually } from '../../test-support/src/eventually.ts';
import { unprivilegedAccount } from '../../test-support/src/postgres-account.ts';
import { descendants } from '../../test-support/src/process-tree.mjs';
import { smallWorkspace } from './small-workspace.ts';

const installed = (folder: string): boolean => existsSync(join(folder, 'node_modules', 'tinybench', 'package.json'));

test('installs, says each step in a line, and has nothing to do the second time', async () => {
  using workspace = smallWorkspace();
  const first = await workspace.setUp('test').ended;
  expect(first.output).toMatch(
    /^set-up: installing from the lockfile: npx -y pnpm@\S+ install --frozen-lockfile\nset-up: ready for test after \S+ s\n$/,
  );
  expect(first.code).toBe(0);
  expect(installed(workspace.folder)).toBe(true);
  const second = await workspace.setUp('test').ended;
  expect(second.output).toBe('set-up: ready for test, nothing to do\n');
  expect(second.ms).toBeLessThan(3_000);
});

test('installs again when the lockfile, a manifest or node_modules has changed', async () => {
  using workspace = smallWorkspace();
  await workspace.setUp('demo').ended;
  const lockfile = join(workspace.folder, 'pnpm-lock.yaml');
  writeFileSync(lockfile, `${readFileSync(lockfile, 'utf8')}\n`);
  expect((await workspace.setUp('demo').ended).output).toContain('installing');
  rmSync(join(workspace.folder, 'node_modules'), { recursive: true });
  expect((await workspace.setUp('demo').ended).output).toContain('installing');
  expect(installed(workspace.folder)).toBe(true);
});

test('repairs what an install that was killed has left, and leaves no process of it behind', async () => {
  using workspace = smallWorkspace();
  const killed = workspace.setUp('demo');
  const started = await eventually('pnpm runs', () => {
    const below = descendants(killed.child.pid ?? 0);
    return killed.output().includes('installing') && below.length > 1 && below;
  });
  killed.child.kill('SIGKILL');
  await killed.ended;
  await eventually('nothing of it runs', () => started.every((pid) => !isAlive(pid)));
  mkdirSync(join(workspace.folder, 'node_modules', 'tinybench'), { recursive: true });
  writeFileSync(join(workspace.folder, 'node_modules', 'half-written'), '');
  const next = await workspace.setUp('demo').ended;
  expect(next.output).toContain('set-up: an earlier install was not finished: removing its node_modules\n');
  expect(next.code).toBe(0);
  expect(installed(workspace.folder)).toBe(true);
  expect(readdirSync(join(workspace.folder, 'node_modules'))).not.toContain('half-written');
});

test('installs when it is itself run by npx', async () => {
  using workspace = smallWorkspace();
  const ran = await workspace.setUp('demo', { env: { npm_config_package: 'tinybench@6.2.3' } }).ended;
  expect(ran.code).toBe(0);
  expect(installed(workspace.folder)).toBe(true);
});

test('lets a second set-up wait for the first', async () => {
  using workspace = smallWorkspace();
  const both = await Promise.all([workspace.setUp('demo').ended, workspace.setUp('test').ended]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ output }) => output.includes('installing'))).toHaveLength(1);
  expect(both.filter(({ output }) => output.includes('waiting for it'))).toHaveLength(1);
});

test('takes another port when a stranger has the one that it watches for a second set-up', async () => {
  using workspace = smallWorkspace();
  const { portOf } = await import(String(new URL('./one-at-a-time.mjs', import.meta.url)));
  const stranger = createServer().listen(portOf(workspace.folder), '127.0.0.1');
  await once(stranger, 'listening');
  const both = await Promise.all([workspace.setUp('demo').ended, workspace.setUp('demo').ended]);
  stranger.close();
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(both.filter(({ output }) => output.includes('installing'))).toHaveLength(1);
});

test('says in one line that the registry cannot be reached, and recovers when it can', async () => {
  using workspace = smallWorkspace();
  const env = { npm_config_registry: 'http://127.0.0.1:9', npm_config_cache: join(workspace.folder, '.cache', 'npm') };
  const failed = await workspace.setUp('demo', { env }).ended;
  expect(lines(failed.output).at(-1)).toMatch(
    /^set-up failed: the npm registry cannot be reached \(ECONNREFUSED\): .*type npx -y pnpm@\S+ install --frozen-lockfile$/,
  );
  expect(failed.code).toBe(1);
  expect((await workspace.setUp('demo').ended).code).toBe(0);
});

test('refuses a lockfile that does not fit', async () => {
  using workspace = smallWorkspace();
  const manifest = join(workspace.folder, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"tinybench":"', '"tinybench":"^'));
  const failed = await workspace.setUp('demo').ended;
  expect(lines(failed.output).at(-1)).toMatch(/^set-up failed: pnpm-lock.yaml does not fit .* --no-frozen-lockfile$/);
  expect(failed.code).toBe(1);
});

test('needs a redis-server for the tests and none for the demo', async () => {
  using workspace = smallWorkspace();
  chmodSync(workspace.folder, 0o777);
  const PATH = workspace.binFolder(['node', 'npx', 'npm', 'sh']);
  const failed = await workspace.setUp('test', { env: { PATH, REDIS_SERVER: '' }, ...unprivilegedAccount() }).ended;
  expect(failed.output).toMatch(
    /^set-up failed: there is no redis-server: .*(type|install) .*, or name one in REDIS_SERVER\n$/,
  );
  expect(failed.code).toBe(1);
  const demo = await workspace.setUp('demo', { env: { PATH, REDIS_SERVER: '' } }).ended;
  expect(demo.code).toBe(0);
});

test('refuses a REDIS_SERVER that is missing or too old', async () => {
  using workspace = smallWorkspace();
  const missing = await workspace.setUp('test', { env: { REDIS_SERVER: '/nowhere/redis-server' } }).ended;
  expect(missing.output).toBe('set-up failed: REDIS_SERVER names /nowhere/redis-server, which cannot be run\n');
  const old = join(workspace.folder, 'redis-server');
  writeFileSync(old, '#!/bin/sh\necho "Redis server v=5.0.14 sha=00000000:0 malloc=jemalloc-5.1.0 bits=64"\n');
  chmodSync(old, 0o755);
  const tooOld = await workspace.setUp('test', { env: { REDIS_SERVER: old } }).ended;
  expect(tooOld.output).toBe(
    `set-up failed: Redis 6.2 or newer is needed and ${old} is 5.0.14: name another in REDIS_SERVER\n`,
  );
  expect([missing.code, tooOld.code]).toEqual([1, 1]);
});

test('refuses a PostgreSQL that is not there', async () => {
  using workspace = smallWorkspace();
  const failed = await workspace.setUp('demo', { env: { XC_POSTGRES_BIN: '/nowhere' } }).ended;
  expect(lines(failed.output).at(-1)).toMatch(
    /^set-up failed: PostgreSQL does not run \(XC_POSTGRES_BIN names \/nowhere/,
  );
  expect((await workspace.setUp('demo', { env: { XC_POSTGRES_BIN: '/nowhere' } }).ended).code).toBe(1);
  expect(failed.code).toBe(1);
});

test('refuses a folder that it may not write into', async () => {
  using workspace = smallWorkspace();
  chmodSync(workspace.folder, 0o555);
  const failed = await workspace.setUp('demo', unprivilegedAccount() ?? {}).ended;
  expect(failed.output).toMatch(/^set-up failed: this user may not write into .*: type sudo chown .*\n$/);
  expect(failed.code).toBe(1);
});

test('refuses a purpose that it does not know', async () => {
  using workspace = smallWorkspace();
  const failed = await workspace.setUp('tets').ended;
  expect(failed.output).toBe('set-up failed: it is either for "test" or for "demo", not for "tets"\n');
  expect(failed.code).toBe(1);
});

test('refuses an old Node', async () => {
  using workspace = smallWorkspace();
  const preload = join(workspace.folder, 'old-node.cjs');
  writeFileSync(
    preload,
    `Object.defineProperty(process, 'version', { value: 'v18.20.8' });
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } });`,
  );
  const failed = await workspace.setUp('test', { nodeArgs: ['--require', preload] }).ended;
  expect(failed.output).toBe(
    'set-up failed: Node 20.19 or newer is needed and this is v18.20.8: type nvm install 22\n',
  );
  expect(failed.code).toBe(1);
});

function lines(output: string): readonly string[] {
  return output.trimEnd().split('\n');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
