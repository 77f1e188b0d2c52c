import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { eventually } from './eventually.ts';
import { descendants } from './process-tree.mjs';

const inTest = (path: string): string => fileURLToPath(new URL(`../test/${path}`, import.meta.url));

test.for([
  ['an exception', 'exception', undefined],
  ['an unhandled rejection', 'rejection', undefined],
  ['process.exit', 'exit', undefined],
  ['an abort', 'abort', undefined],
  ['nothing left to do', 'end', undefined],
  ['SIGTERM', 'signal', 'SIGTERM'],
  ['SIGINT', 'signal', 'SIGINT'],
  ['SIGHUP', 'signal', 'SIGHUP'],
  ['SIGKILL', 'signal', 'SIGKILL'],
] as const)('leaves no process and no folder behind after %s', async ([, how, signal]) => {
  await using temporary = await temporaryFolder();
  const child = crashing([how], temporary.path);
  const pids = await allProcesses(child);
  expect(pids.length).toBeGreaterThan(12);
  if (signal === undefined) child.stdin?.write('now\n');
  else child.kill(signal);
  await gone(pids, temporary.path);
});

test('leaves no paused server behind after SIGKILL', async () => {
  await using temporary = await temporaryFolder();
  const child = crashing(['signal', 'paused'], temporary.path);
  const pids = await allProcesses(child);
  child.kill('SIGKILL');
  await gone(pids, temporary.path);
});

test('leaves nothing behind when killed at any moment while its servers start', async () => {
  await using temporary = await temporaryFolder();
  for (let afterMs = 300; afterMs <= 1_500; afterMs += 200) {
    const child = crashing(['signal'], temporary.path);
    await sleep(afterMs);
    const pids = [child.pid ?? 0, ...descendants(child.pid ?? 0)];
    child.kill('SIGKILL');
    await gone(pids, temporary.path);
  }
  expect(await livingIn(temporary.path)).toEqual([]);
});

test('leaves nothing behind when a keeper is killed instead', async () => {
  await using temporary = await temporaryFolder();
  const child = crashing(['exit'], temporary.path);
  const pids = await allProcesses(child);
  const below = descendants(child.pid ?? 0);
  const deeper = new Set(below.flatMap(descendants));
  const keepers = below.filter((pid) => !deeper.has(pid));
  // Beside the five keepers there may be the compiler of tsx.
  expect(keepers.length).toBeGreaterThanOrEqual(5);
  for (const pid of keepers) process.kill(pid, 'SIGKILL');
  await gone(
    pids.filter((pid) => pid !== child.pid),
    temporary.path,
  );
});

test.for(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'ends the server of a project when vitest gets %s',
  async (signal) => {
    await using temporary = await temporaryFolder();
    const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
    const child = start([vitest, 'run', '--config', inTest('hanging/vitest.config.ts')], temporary.path);
    await said(child, 'the test hangs now');
    const pids = [child.pid ?? 0, ...descendants(child.pid ?? 0)];
    child.kill(signal);
    await gone(pids, temporary.path);
  },
);

test('runs twice at the same time', async () => {
  await using temporary = await temporaryFolder();
  const children = [crashing(['exit'], temporary.path), crashing(['exit'], temporary.path)];
  const pids = (await Promise.all(children.map(allProcesses))).flat();
  expect(new Set(pids).size).toBe(pids.length);
  for (const child of children) child.stdin?.write('now\n');
  await gone(pids, temporary.path);
});

function crashing(args: readonly string[], folder: string): ChildProcess {
  const loader = new URL('./register.mjs', import.meta.url).href;
  return start(['--conditions=@xc/source', '--import', loader, inTest('crash.ts'), ...args], folder);
}

/** Runs Node with a folder of its own for everything temporary; a test that fails takes it along. */
function start(args: readonly string[], folder: string): ChildProcess {
  const child = spawn(process.execPath, args, {
    cwd: inTest('hanging'),
    env: { ...process.env, TMPDIR: folder, NODE_OPTIONS: undefined },
    stdio: 'pipe',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Itself, its keepers, their servers, and what those have forked, as soon as all of them run. */
async function allProcesses(child: ChildProcess): Promise<readonly number[]> {
  const named = JSON.parse(await said(child, ']')) as number[];
  const found = descendants(child.pid ?? 0);
  expect(found).toEqual(expect.arrayContaining(named));
  return [child.pid ?? 0, ...found];
}

async function said(child: ChildProcess, end: string): Promise<string> {
  let text = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`ended with ${code} before it was ready: ${text}`);
  });
  const heard = new Promise<string>((resolve) => {
    child.stdout?.on('data', (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes(end)) resolve(text);
    });
  });
  return Promise.race([heard, ended]);
}

async function gone(pids: readonly number[], folder: string): Promise<void> {
  await eventually('all processes are gone', async () => (await Promise.all(pids.map(runs))).every((is) => !is));
  await eventually('all folders are gone', async () => {
    // What PostgreSQL's template needs is meant to stay.
    const left = (await readdir(folder)).filter((name) => name.startsWith('xc-') && !/^xc-postgres-\d+-/.test(name));
    return left.length === 0;
  });
}

/** Who works in this folder or below, on a system that tells; servers work in their own. */
async function livingIn(folder: string): Promise<readonly string[]> {
  if (process.platform !== 'linux') return [];
  const places = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map((pid) => `/proc/${pid}/cwd`);
  const found = await Promise.all(places.map((place) => readlink(place).catch(() => '')));
  return found.filter((place) => place.startsWith(folder));
}

async function runs(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  // A zombie has ended: it only waits for process 1 to take note.
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ') X');
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'xc-crash-'));
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
