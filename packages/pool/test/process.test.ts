import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);

/** Runs a program of the folder beside in a process of its own. */
async function program(name: string, ...flags: string[]): Promise<string> {
  const file = fileURLToPath(new URL(`./workers/${name}.ts`, import.meta.url));
  const { stdout } = await run(process.execPath, [...flags, '--conditions=@xc/source', '--import', 'tsx', file], {
    timeout: 60_000,
  });
  return stdout;
}

test('a lease that was garbage-collected unreturned is reported, and its resource closed', async () => {
  const result = JSON.parse(await program('collected-lease', '--expose-gc')) as {
    leak: { label: string; heldMs: number; stack: string };
    id: number;
    first: string;
    stats: object;
  };
  expect(result.leak).toMatchObject({ label: 'forgetful', heldMs: expect.any(Number) });
  expect(result.leak.stack).toContain('borrowAndForget');
  expect(result).toMatchObject({ id: 2, first: 'leak', stats: { leaks: 1, inUse: 0, size: 1 } });
});

test('a waiting acquire does not keep the process alive', async () => {
  const start = performance.now();
  expect(await program('waiting-acquire')).toBe('waits\n');
  // It would be five seconds otherwise; starting the program takes its time as well.
  expect(performance.now() - start).toBeLessThan(4_500);
});

test('a million pairs grow the heap by nothing', async () => {
  const { grown } = JSON.parse(await program('heap-growth', '--expose-gc')) as { grown: number };
  expect(grown).toBeLessThan(300_000);
});
