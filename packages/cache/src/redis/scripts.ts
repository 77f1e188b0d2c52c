import { defineScript, type Script, type ScriptArgument } from '@xc/redis';
import claim from './lua/claim.lua';
import drop from './lua/drop.lua';
import entry from './lua/entry.lua';
import fence from './lua/fence.lua';
import fill from './lua/fill.lua';
import groups from './lua/groups.lua';
import head from './lua/head.lua';
import onceAbandon from './lua/once-abandon.lua';
import onceBegin from './lua/once-begin.lua';
import onceFinish from './lua/once-finish.lua';
import onceRenew from './lua/once-renew.lua';
import raise from './lua/raise.lua';
import read from './lua/read.lua';
import release from './lua/release.lua';
import renew from './lua/renew.lua';
import set from './lua/set.lua';
import touch from './lua/touch.lua';
import writing from './lua/writing.lua';

type Args = readonly ScriptArgument[];

/** What `read.lua` answers for one key. */
export type RawRead = readonly [
  what: Buffer | 1 | null,
  leftMs: number,
  graceMs: number,
  fence?: Buffer,
  heldMs?: number,
];
/** What `touch.lua` answers. */
export type RawTouch = readonly [label: Buffer, leftMs: number] | null;
/** What `groups.lua` answers; `raise.lua` answers the first three. */
export type RawGroups = readonly string[];

const ofEntry = [head, entry, fence];

export const readScript = script<readonly RawRead[]>('cache-read', [claim, read], 'many', 'bytes');
export const fillScript = script<readonly (string | null)[]>('cache-fill', [writing, fill], 'many');
export const setScript = script<readonly (string | null)[]>('cache-set', [writing, set], 'many');
export const dropScript = script<string>('cache-drop', [...ofEntry, drop], 2);
export const touchScript = script<RawTouch>('cache-touch', [head, entry, touch], 1, 'bytes');
export const releaseScript = script<null>('cache-release', [...ofEntry, release], 1);
export const renewScript = script<number>('cache-renew', [head, fence, renew], 1);
export const groupsScript = script<RawGroups>('cache-groups', [head, groups], 1);
export const raiseScript = script<RawGroups>('cache-raise', [head, raise], 1);
export const onceBeginScript = script<readonly (Buffer | number)[]>('cache-once-begin', [head, onceBegin], 1, 'bytes');
export const onceRenewScript = script<number>('cache-once-renew', [head, onceRenew], 1);
export const onceFinishScript = script<number>('cache-once-finish', [onceFinish], 1);
export const onceAbandonScript = script<null>('cache-once-abandon', [onceAbandon], 1);

function script<Raw>(
  name: string,
  parts: readonly string[],
  keys: number | 'many',
  replies: 'text' | 'bytes' = 'text',
): Script<Args, Raw> {
  return defineScript<Args, Raw>({ name, lua: parts.join('\n'), keys, replies, parse: (raw) => raw as Raw });
}
