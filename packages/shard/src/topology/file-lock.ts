import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { systemClock, systemRandom } from '@xc/core';

/** Whoever has held it for longer has died: a change takes milliseconds. */
const DEAD_MS = 10_000;

/**
 * A lock between processes of one machine: who creates the file has it. The file names its process, so that one left behind by
 * a process that has died is taken away.
 */
export class FileLock {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Gives what releases it; `undefined` when others had it all the time. */
  async acquire(waitMs: number, signal?: AbortSignal): Promise<(() => Promise<void>) | undefined> {
    const own = `${process.pid} ${randomUUID()}`;
    const until = systemClock.monotonic() + waitMs;
    for (;;) {
      if (await this.#create(own)) return () => this.#release(own);
      await this.#takeAwayIfDead();
      if (systemClock.monotonic() >= until) return undefined;
      await systemClock.sleep(1 + 9 * systemRandom.next(), signal);
    }
  }

  async #create(own: string): Promise<boolean> {
    try {
      await using file = await open(this.#path, 'wx');
      await file.writeFile(own);
      return true;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Only its own: somebody may have taken a lock away from a process that had been stopped. */
  async #release(own: string): Promise<void> {
    const holder = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (holder === own) await rm(this.#path, { force: true });
  }

  async #takeAwayIfDead(): Promise<void> {
    const holder = await readFile(this.#path, 'utf8').catch(() => undefined);
    if (holder === undefined) return;
    const [pid = ''] = holder.split(' ');
    const age = await stat(this.#path).then(
      ({ mtimeMs }) => systemClock.now() - mtimeMs,
      () => 0,
    );
    // An empty one is being written.
    const isDead = pid === '' ? age > DEAD_MS : age > DEAD_MS || !isAlive(Number(pid));
    if (!isDead) return;
    // By another name first: of several who find it dead, one takes away this very file.
    const away = `${this.#path}.${randomUUID()}`;
    try {
      await rename(this.#path, away);
    } catch {
      return;
    }
    if ((await readFile(away, 'utf8').catch(() => holder)) === holder) await rm(away, { force: true });
    // It was already that of the next holder.
    else await rename(away, this.#path).catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: unknown }).code === 'EPERM';
  }
}
