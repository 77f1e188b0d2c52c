import { randomUUID } from 'node:crypto';
import { watch as watchFile } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { systemClock, XcError } from '@xc/core';
import { shown } from '../keys/shown.ts';
import { checkNext } from './check-next.ts';
import { checkTopology } from './check-topology.ts';
import { epochListener } from './epoch-listener.ts';
import { FileLock } from './file-lock.ts';
import { realPath } from './real-path.ts';
import { storeClosed } from './store-closed.ts';
import type { Topology } from './topology.ts';
import { topologyInvalid } from './topology-invalid.ts';
import type { TopologyStore } from './topology-store.ts';

/** How long a change waits for those of other processes, in ms. */
const DEADLINE_MS = 2_000;

/** How often the file is looked at, where the system does not tell of changes. */
const LOOK_MS = 500;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Keeps a topology in a file, for several processes of one machine. A change is a new file, written and flushed to the disk, put
 * in the place of the old one: whoever reads, reads one or the other, and after a crash one of them is there. Symbolic links are
 * followed, and a relative path is that of this moment.
 *
 * @throws TypeError for a path that is none. Calls reject with XcError `XC_SHARD_TOPOLOGY_UNAVAILABLE` when the file cannot be
 * read or written, or others hold it for longer than 2 s.
 */
export function fileTopologyStore(path: string): TopologyStore {
  if (typeof path !== 'string' || path === '' || path.includes('\0'))
    throw new TypeError(`path must be that of a file, got ${shown(path)}`);
  const given = resolve(path);
  // Whoever knows the file by another name has to meet the same lock.
  const real = async (): Promise<string> => (await attempted(given, () => realPath(given))) as string;
  const watchers = new Set<() => void>();
  let isClosed = false;
  const load = async (signal?: AbortSignal): Promise<Topology | undefined> => {
    signal?.throwIfAborted();
    const text = await attempted(given, () => readFile(given, 'utf8'), 'ENOENT');
    return text === undefined ? undefined : checkTopology(parsed(text));
  };
  return {
    load,
    async cas(next, expectedEpoch, signal) {
      signal?.throwIfAborted();
      checkNext(next, expectedEpoch);
      // The topology is the caller's, who may go on with it.
      const text = JSON.stringify(next);
      const path = await real();
      await attempted(path, () => mkdir(dirname(path), { recursive: true }));
      const release = await attempted(path, () => new FileLock(`${path}.lock`).acquire(DEADLINE_MS, signal));
      if (release === undefined) throw unavailable(path, `others have held it for ${DEADLINE_MS} ms`);
      try {
        if (((await load(signal))?.epoch ?? 0) !== expectedEpoch) return false;
        await attempted(path, () => removeLeft(path));
        await attempted(path, () => replaceFile(path, text));
        return true;
      } finally {
        await release();
      }
    },
    async watch(changed) {
      const listener = epochListener(changed);
      let epoch = (await load().catch(() => undefined))?.epoch ?? 0;
      const look = async (): Promise<void> => {
        const now = (await load().catch(() => undefined))?.epoch ?? 0;
        if (now <= epoch || !watchers.has(end)) return;
        epoch = now;
        listener(now);
      };
      const path = await real();
      if (isClosed) throw storeClosed();
      const timer = systemClock.every(LOOK_MS, () => void look());
      const told = notified(path, () => void look());
      const end = (): void => {
        watchers.delete(end);
        timer.cancel();
        told();
      };
      watchers.add(end);
      return {
        async close() {
          end();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      for (const end of [...watchers]) end();
    },
  };
}

function parsed(text: string): Topology {
  try {
    return JSON.parse(text) as Topology;
  } catch (error) {
    throw topologyInvalid('the file is not JSON', { cause: String(error) });
  }
}

/** What is left of changes whose processes have died; one that was only stopped, and lost the lock, does not put its own there. */
async function removeLeft(path: string): Promise<void> {
  const start = freshName(path, '');
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(start) && UUID.test(name.slice(start.length))) {
      await rm(join(dirname(path), name), { force: true });
    }
  }
}

function freshName(path: string, id: string): string {
  return `.${basename(path)}.${id}`;
}

/** Puts a new file in the place of the old one, once all of it is on the disk. */
async function replaceFile(path: string, text: string): Promise<void> {
  const fresh = join(dirname(path), freshName(path, randomUUID()));
  try {
    await using file = await open(fresh, 'wx');
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await rename(fresh, path);
  // The new name is on the disk only with its folder.
  await using folder = await open(dirname(path), 'r');
  await folder.sync();
}

/** Tells of changes in the folder of a file, where the system can. */
function notified(path: string, then: () => void): () => void {
  try {
    const watcher = watchFile(dirname(path), { persistent: false }, (_, name) => {
      if (name === null || name === basename(path)) then();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}

/** What `work` gives; `undefined` where it fails with the code that is forgiven. */
async function attempted<T>(path: string, work: () => Promise<T>, forgiven?: string): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const code: unknown = (error as { readonly code?: unknown } | null)?.code;
    if (code !== undefined && code === forgiven) return undefined;
    if (typeof code !== 'string' || code.startsWith('XC_') || code === 'ABORT_ERR') throw error;
    throw unavailable(path, String((error as Error).message), error);
  }
}

function unavailable(path: string, why: string, cause?: unknown): XcError<'XC_SHARD_TOPOLOGY_UNAVAILABLE'> {
  return new XcError('XC_SHARD_TOPOLOGY_UNAVAILABLE', `the topology in ${path} is out of reach: ${why}`, {
    cause,
    details: { path },
    retryable: true,
  });
}
