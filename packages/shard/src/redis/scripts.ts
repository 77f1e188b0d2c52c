import { defineScript } from '@xc/redis';
import acknowledge from './lua/acknowledge.lua';
import apply from './lua/apply.lua';
import call from './lua/call.lua';
import capture from './lua/capture.lua';
import captures from './lua/captures.lua';
import changes from './lua/changes.lua';
import contents from './lua/contents.lua';
import count from './lua/count.lua';
import expiry from './lua/expiry.lua';
import fence from './lua/fence.lua';
import guard from './lua/guard.lua';
import keys from './lua/keys.lua';
import marks from './lua/marks.lua';
import piece from './lua/piece.lua';
import purge from './lua/purge.lua';
import read from './lua/read.lua';
import release from './lua/release.lua';
import replicas from './lua/replicas.lua';
import sync from './lua/sync.lua';

const plain = <T>(raw: unknown): T => raw as T;
const listed = (...parts: string[]): string => [captures, ...parts].join('\n');
const ended = (...parts: string[]): string => [expiry, ...parts].join('\n');

/** Raises the lowest term, or the lowest mover, of a partition. */
export const fenceScript = defineScript<[field: string, number: number], number>({
  name: 'shard-fence',
  lua: fence,
  keys: 1,
  parse: plain,
});

/** Begins a capture, or makes it go on. */
export const captureScript = defineScript<[partition: number, move: string, name: string, ms: number], string>({
  name: 'shard-capture',
  lua: listed(capture),
  keys: 4,
  parse: plain,
});

/** How many replicas a server has. */
export const replicasScript = defineScript<readonly [], readonly [replicas: number, history: string]>({
  name: 'shard-replicas',
  lua: replicas,
  keys: 0,
  parse: plain,
});

/** Something to wait for. */
export const syncScript = defineScript<[something: string], number>({
  name: 'shard-sync',
  lua: sync,
  keys: 1,
  parse: plain,
});

/** Ends a capture. */
export const releaseScript = defineScript<[partition: number, move: string], number>({
  name: 'shard-release',
  lua: listed(release),
  keys: 4,
  parse: plain,
});

/** All that is marked. */
export const marksScript = defineScript<
  [partition: number, move: string, name: string],
  readonly [name: Buffer, keys: readonly Buffer[]] | null
>({
  name: 'shard-marks',
  lua: listed(marks),
  keys: 3,
  replies: 'bytes',
  parse: plain,
});

/** Some of what is marked, to be acknowledged. */
export const changesScript = defineScript<
  [partition: number, move: string, limit: number],
  readonly [] | readonly [name: Buffer, keys: readonly Buffer[]]
>({ name: 'shard-changes', lua: listed(changes), keys: 4, replies: 'bytes', parse: plain });

export const acknowledgeScript = defineScript<[name: string], number>({
  name: 'shard-acknowledge',
  lua: acknowledge,
  keys: 2,
  parse: plain,
});

/** One page of a database. */
export const keysScript = defineScript<
  [cursor: string, pattern: string | Uint8Array, count: number],
  readonly [server: Buffer, cursor: Buffer, keys: readonly Buffer[]]
>({ name: 'shard-keys', lua: keys, keys: 0, replies: 'bytes', parse: plain });

/** Values to be taken to another server. */
export const readScript = defineScript<[enough: number], readonly (readonly [value: Buffer | null, endsAt: Buffer])[]>({
  name: 'shard-read',
  lua: ended(read),
  keys: 'many',
  replies: 'bytes',
  parse: plain,
});

/** Values from another server. */
export const applyScript = defineScript<readonly (string | number | Uint8Array)[], number>({
  name: 'shard-apply',
  lua: apply,
  keys: 'many',
  parse: plain,
});

export const countScript = defineScript<readonly [], number>({
  name: 'shard-count',
  lua: count,
  keys: 'many',
  parse: plain,
});

/** What is guarded, and what is captured. */
export const guardScript = defineScript<
  readonly [],
  readonly [fields: readonly string[], captured: readonly (readonly [partition: string, move: string])[]]
>({ name: 'shard-guard', lua: listed(guard), keys: 1, parse: plain });

export const purgeScript = defineScript<[field: string, mover: number], number>({
  name: 'shard-purge',
  lua: purge,
  keys: 'many',
  parse: plain,
});

/** What is in values. */
export const contentsScript = defineScript<
  [most: number, elements: number, enough: number],
  readonly (null | readonly [kind: Buffer, endsAt: Buffer, inside: readonly Buffer[] | null])[]
>({ name: 'shard-contents', lua: ended(contents), keys: 'many', replies: 'bytes', parse: plain });

/** Bytes, numbers, nothing, and lists of these. */
export type Raw = Buffer | number | null | readonly Raw[];

/** A piece of a value, by whatever command. */
export const pieceScript = defineScript<readonly (string | number | Uint8Array)[], Raw>({
  name: 'shard-piece',
  lua: piece,
  keys: 1,
  replies: 'bytes',
  parse: plain,
});

type CallArgs = readonly (string | number | Uint8Array)[];

/** A command of a user that writes. */
export const callScript = defineScript<CallArgs, unknown>({
  name: 'shard-call',
  lua: listed(call),
  keys: 2,
  parse: plain,
});

/** The same, answered with bytes. */
export const callBytesScript = defineScript<CallArgs, unknown>({
  name: 'shard-call',
  lua: listed(call),
  keys: 2,
  replies: 'bytes',
  parse: plain,
});
