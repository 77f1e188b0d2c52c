import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@xc/test-support';
import { expect, test } from 'vitest';
import { descendants, isAlive } from './descendants.ts';

const start = fileURLToPath(new URL('../start.mjs', import.meta.url));

function run(...args: string[]) {
  const demo = spawn(process.execPath, [start, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  demo.stdout.on('data', (chunk: Buffer) => {
    said.out += String(chunk);
  });
  demo.stderr.on('data', (chunk: Buffer) => {
    said.err += String(chunk);
  });
  const ended = once(demo, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return { demo, pid: demo.pid ?? 0, said, ended };
}

test('starts from its sources alone, and refuses an unknown option in one line', async () => {
  const { ended, said } = run('--nonsense');
  expect(await ended).toBe(2);
  expect(said).toEqual({ out: '', err: "Unknown option '--nonsense' (--help lists the options)\n" });
});

test.each([
  ['SIGINT', 130],
  ['SIGKILL', 'SIGKILL'],
] as const)('after %s in the middle no process of the demo is left', async (signal, code) => {
  const { demo, pid, said, ended } = run('--act', 'bare');
  await eventually('visitors come', () => said.out.includes('bare: visitors come') || demo.exitCode !== null, {
    deadlineMs: 60_000,
  });
  expect(said.out).toContain('bare: visitors come');
  const started = descendants(pid);
  // The keeper and its PostgreSQL with its helpers, the service and the load.
  expect(started.length).toBeGreaterThan(6);
  demo.kill(signal);
  expect(await ended).toBe(code);
  await eventually('all of them have ended', () => !started.some(isAlive));
  expect(said.out).not.toContain('promise');
});
