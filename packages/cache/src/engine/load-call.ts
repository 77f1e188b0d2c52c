import type { LoadContext, StaleValue } from '../api/loader.ts';
import { describe } from '../keys/check-key.ts';
import { checkTags } from '../options/check-tags.ts';
import type { Said } from './draft.ts';
import type { Flight } from './flight.ts';
import type { ValueGuard } from './value-guard.ts';

const MAX_META_BYTES = 1_024;

/** What a loader is handed, and what it said with it. */
export class LoadCall implements LoadContext<unknown> {
  readonly #flight: Flight;
  readonly #guard: ValueGuard;
  readonly #stale: StaleValue<unknown> | undefined;
  #ttlMs: number | undefined;
  #tags: string[] = [];
  #meta: Readonly<Record<string, string>> = {};
  skipped = false;
  unmodified = false;

  constructor(flight: Flight, guard: ValueGuard, now: number) {
    this.#flight = flight;
    this.#guard = guard;
    const standIn = flight.standIn;
    if (standIn !== undefined) {
      this.#stale = { value: guard.give(standIn.value), ageMs: now - standIn.storedAt, meta: standIn.meta };
    }
  }

  /** As that of the flight; cheaper than a signal, and for one of us alone. */
  whenAborted(gone: (reason: unknown, waited: boolean) => void): void {
    this.#flight.whenAborted = gone;
  }

  get key(): string {
    return this.#flight.key;
  }

  get signal(): AbortSignal {
    return this.#flight.signal;
  }

  get stale(): StaleValue<unknown> | undefined {
    return this.#stale;
  }

  get said(): Said {
    return {
      ...(this.#ttlMs === undefined ? {} : { ttlMs: this.#ttlMs }),
      tags: this.#tags,
      meta: this.#meta,
    };
  }

  // Loaders take it apart, `({ ttl }) => ...`, and most of them take nothing: what is taken is made then.
  get ttl() {
    return (ms: number): void => {
      if (typeof ms !== 'number' || Number.isNaN(ms)) throw new TypeError(`ttl must be a number, got ${describe(ms)}`);
      this.#ttlMs = ms;
    };
  }

  get tags() {
    return (...tags: string[]): void => {
      checkTags(tags);
      this.#tags = [...this.#tags, ...tags];
    };
  }

  get meta() {
    return (meta: Readonly<Record<string, string>>): void => this.#keepMeta(meta);
  }

  get skip() {
    return (): void => {
      this.skipped = true;
    };
  }

  get notModified() {
    return (): unknown => {
      const standIn = this.#flight.standIn;
      if (standIn === undefined) throw new TypeError('notModified needs a stale value, and there is none');
      this.unmodified = true;
      this.#meta = standIn.meta;
      return this.#guard.give(standIn.value);
    };
  }

  #keepMeta(meta: Readonly<Record<string, string>>): void {
    if (typeof meta !== 'object' || meta === null) throw new TypeError(`meta must be an object, got ${describe(meta)}`);
    for (const [name, value] of Object.entries(meta)) {
      if (typeof value !== 'string') throw new TypeError(`meta ${name} must be a string, got ${describe(value)}`);
    }
    const bytes = Buffer.byteLength(JSON.stringify(meta));
    if (bytes > MAX_META_BYTES) throw new RangeError(`meta must be at most ${MAX_META_BYTES} bytes, got ${bytes}`);
    this.#meta = Object.freeze({ ...meta });
  }
}
