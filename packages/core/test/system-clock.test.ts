import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from './built-package.ts';

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
}, 60_000);
afterAll(() => built[Symbol.asyncDispose]());

describe('the process', () => {
  test('ends at once though timers of after and every are pending', async () => {
    const { code, ms, stdout } = await built.run(`
      core.systemClock.after(30_000, () => console.log('fired'));
      core.systemClock.every(15_000, () => console.log('fired'));
    `);
    expect([code, stdout]).toEqual([0, '']);
    expect(ms).toBeLessThan(10_000);
  });

  test('stays open for a sleep, and not a moment longer', async () => {
    const { code, ms, stdout } = await built.run(`
      core.systemClock.every(15_000, () => {});
      await core.systemClock.sleep(50);
      console.log('slept');
    `);
    expect([code, stdout]).toEqual([0, 'slept\n']);
    expect(ms).toBeLessThan(10_000);
  });

  test('stays open for a sleep that begins when a timer is already pending', async () => {
    const { code, stdout } = await built.run(`
      core.systemClock.after(1, () => {});
      await core.systemClock.sleep(300);
      console.log('slept');
    `);
    expect([code, stdout]).toEqual([0, 'slept\n']);
  });

  test('ends when its only sleep is aborted', async () => {
    const { code, ms, stdout } = await built.run(`
      const controller = new AbortController();
      setTimeout(() => controller.abort('enough'), 20);
      await core.systemClock.sleep(30_000, controller.signal).catch((reason) => console.log(reason));
    `);
    expect([code, stdout]).toEqual([0, 'enough\n']);
    expect(ms).toBeLessThan(10_000);
  });

  test('stays open for a sleep that only an abort can end', async () => {
    const { code, stdout } = await built.run(`
      const controller = new AbortController();
      setTimeout(() => controller.abort('enough'), 50).unref();
      await core.systemClock.sleep(Infinity, controller.signal).catch((reason) => console.log(reason));
    `);
    expect([code, stdout]).toEqual([0, 'enough\n']);
  });
});

describe('a callback that throws', () => {
  test('ends the process as it does in setTimeout: its stack on stderr, code 1', async () => {
    const { code, stderr } = await built.run(`
      core.systemClock.after(5, function culprit() { throw new Error('from the callback'); });
      await core.systemClock.sleep(1_000);
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: from the callback');
    expect(stderr).toContain('culprit');
  });

  test('loses no other timer where uncaught errors are survived', async () => {
    const { code, stdout } = await built.run(`
      process.on('uncaughtException', (error) => console.log('uncaught', error.message));
      core.systemClock.after(5, () => { throw new Error('one'); });
      core.systemClock.after(5, () => { throw new Error('two'); });
      core.systemClock.after(5, () => console.log('same time'));
      core.systemClock.after(15, () => console.log('later'));
      let beats = 0;
      const beat = core.systemClock.every(5, () => { if (++beats === 2) beat.cancel(); throw new Error('beat'); });
      await core.systemClock.sleep(60);
    `);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').sort()).toEqual(
      ['later', 'same time', 'uncaught beat', 'uncaught beat', 'uncaught one', 'uncaught two'].sort(),
    );
  });
});

test('a process that was stopped goes on with every timer fired once and no turn piled up', async () => {
  const { code, stdout, stderr } = await built.run(`
    const { spawn } = await import('node:child_process');
    const fired = [];
    let turns = 0;
    const times = [];
    core.systemClock.every(10, () => { turns += 1; times.push(core.systemClock.monotonic()); });
    for (let i = 1; i <= 40; i++) core.systemClock.after(i * 10, () => fired.push(i));
    const began = core.systemClock.monotonic();
    // Somebody else has to wake us up.
    spawn('sh', ['-c', 'sleep 0.1; kill -STOP ' + process.pid + '; sleep 0.6; kill -CONT ' + process.pid], { detached: true });
    while (core.systemClock.monotonic() - began < 1_000) await core.systemClock.sleep(20);
    const gap = Math.max(...times.slice(1).map((time, index) => time - times[index]));
    console.log(JSON.stringify({ fired, turns, gap }));
  `);
  expect([code, stderr]).toEqual([0, '']);
  const { fired, turns, gap } = JSON.parse(stdout);
  expect(fired).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(gap).toBeGreaterThan(400);
  expect(turns).toBeLessThanOrEqual(60);
});

test('10,000 pending timers are one live timer of the process', async () => {
  const { stdout } = await built.run(`
    const { createHook } = await import('node:async_hooks');
    const live = new Set();
    const hook = createHook({
      init: (id, type) => { if (type === 'Timeout') live.add(id); },
      destroy: (id) => live.delete(id),
    }).enable();
    for (let i = 0; i < 10_000; i++) core.systemClock.after(60_000 - ((i * 7_919) % 50_000), () => {});
    await new Promise((resolve) => setImmediate(resolve));
    hook.disable();
    console.log(live.size);
  `);
  expect(stdout).toBe('1\n');
});
