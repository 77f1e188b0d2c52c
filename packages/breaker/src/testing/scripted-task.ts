import { type Clock, systemClock } from '@xc/core';

/** Details of a `scriptedTask`. */
export interface ScriptedTaskOptions {
  /**
   * What a slow call waits on.
   * @defaultValue systemClock
   */
  readonly clock?: Clock;
  /** @defaultValue 100 */
  readonly slowMs?: number;
}

/** A task that goes by a script. */
export interface ScriptedTask {
  (): Promise<number>;
  /** How often it was called. */
  readonly calls: number;
}

/**
 * Makes a task whose n-th call does what the n-th letter says: `S` succeeds with n, `F` fails with an error that names n,
 * `s` succeeds after `slowMs`, `h` hangs for ever. The last letter goes on when the script is over.
 *
 * @throws TypeError for any other letter, or an empty script.
 */
export function scriptedTask(script: string, options: ScriptedTaskOptions = {}): ScriptedTask {
  const { clock = systemClock, slowMs = 100 } = options;
  if (!/^[SFhs]+$/.test(script))
    throw new TypeError(`script must be made of the letters S, F, s and h, got '${script}'`);
  let calls = 0;
  async function task(): Promise<number> {
    calls += 1;
    const call = calls;
    const letter = script[Math.min(call, script.length) - 1];
    if (letter === 'h') return new Promise(() => {});
    if (letter === 'F') throw new Error(`call ${call} fails`);
    if (letter === 's') await clock.sleep(slowMs);
    return call;
  }
  return Object.defineProperty(task, 'calls', { get: () => calls }) as ScriptedTask;
}
