import { defineScript, type Script, type ScriptArgument } from '@xc/redis';
import type { LockAnswer } from '../store.ts';
import acquire from './lua/acquire.lua';
import acquirePermit from './lua/acquire-permit.lua';
import busyPermits from './lua/busy-permits.lua';
import forceRelease from './lua/force-release.lua';
import inspect from './lua/inspect.lua';
import keepFence from './lua/keep-fence.lua';
import nextFence from './lua/next-fence.lua';
import release from './lua/release.lua';
import releasePermit from './lua/release-permit.lua';
import renew from './lua/renew.lua';
import renewPermit from './lua/renew-permit.lua';
import serverMs from './lua/server-ms.lua';
import tell from './lua/tell.lua';

/** What a server knows of a name. */
export interface NodeFacts {
  readonly ttlLeftMs: number;
  readonly fence: bigint | undefined;
  readonly owner: string;
}

type Args = readonly ScriptArgument[];

const isDone = (raw: unknown): boolean => Number(raw) === 1;

/** Takes a lock, or a permit: one round trip. */
export const acquireScripts = {
  lock: script('lock-acquire', 2, [acquire], answerOf),
  permit: script('lock-acquire-permit', 2, [serverMs, nextFence, acquirePermit], answerOf),
};
/** Prolongs one. */
export const renewScripts = {
  lock: script('lock-renew', 2, [keepFence, renew], isDone),
  permit: script('lock-renew-permit', 2, [serverMs, keepFence, renewPermit], isDone),
};
/** Frees one. */
export const releaseScripts = {
  lock: script('lock-release', 2, [release], isDone),
  permit: script('lock-release-permit', 2, [serverMs, tell, releasePermit], isDone),
};
/** Tells how long a semaphore has no permit. */
export const busyPermitsScript = script('lock-busy-permits', 1, [serverMs, busyPermits], Number);
/** Tells what is known of a name. */
export const inspectScript = script('lock-inspect', 3, [serverMs, inspect], factsOf);
/** Frees a name. */
export const forceReleaseScript = script('lock-force-release', 3, [serverMs, tell, forceRelease], isDone);

function script<Reply>(name: string, keys: number, parts: readonly string[], parse: (raw: unknown) => Reply) {
  const made: Script<Args, Reply> = defineScript({ name, lua: parts.join('\n'), keys, parse });
  return made;
}

function answerOf(raw: unknown): LockAnswer {
  if (Array.isArray(raw)) {
    const [left, fence] = raw as [number, string?];
    return { granted: false, retryMs: Math.max(0, Number(left)), ...(fence && { already: BigInt(fence) }) };
  }
  return { granted: true, fence: BigInt(raw as string) };
}

function factsOf(raw: unknown): NodeFacts {
  const [left, fence, owner] = raw as [number, string, string];
  return { ttlLeftMs: Number(left), fence: fence === '' ? undefined : BigInt(fence), owner };
}
