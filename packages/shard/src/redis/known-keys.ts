import type { Clock } from '@xc/core';
import type { Place } from '../moving/data-adapter.ts';
import type { Partitioner } from '../partitioners/partitioner.ts';
import { capture, markedBy } from './guard.ts';
import { type KeyRange, passOver, sortedOnce } from './key-pass.ts';
import type { RedisShard } from './redis-shards.ts';

/**
 * How long changes of a partition whose turn is to come are captured at a time, in ms. Said again at a quarter of it, as long as
 * the mover does anything; after its death nobody has to end it.
 */
const HOLD_MS = 60_000;

/** Keys that are remembered in all; beyond, those that were used longest ago are forgotten, and looked for again. */
const MOST_KNOWN = 1_000_000;

interface Known extends KeyRange {
  /** Only keys behind this one were looked for. */
  readonly after: string | undefined;
  /** What names the capture that was going on when the pass began; empty when none was. */
  readonly capture: string;
  /** Changed or written since, as far as this process was told. */
  readonly later: Set<string>;
  /** Whether its turn has come. */
  used: boolean;
  compared: boolean;
}

/**
 * What is known of the keys of partitions. One pass over a shard serves all moves that a mover has on its hands there: from before the
 * pass on, the changes of a partition are captured, so that when its turn comes all its keys are known still.
 */
export class KnownKeys {
  readonly #shardOf: (id: string) => RedisShard;
  readonly #partitioner: Partitioner;
  readonly #clock: Clock;
  /** Places whose turn is to come. */
  readonly #waiting = new Map<string, Place>();
  readonly #known = new Map<string, Known>();
  /** Passes under way, by shard. */
  readonly #passes = new Map<string, Promise<unknown>>();
  #heldAt = 0;

  constructor(shardOf: (id: string) => RedisShard, partitioner: Partitioner, clock: Clock) {
    this.#shardOf = shardOf;
    this.#partitioner = partitioner;
    this.#clock = clock;
  }

  /** The keys of these places will be copied. */
  expect(places: readonly Place[]): void {
    for (const at of places) this.#waiting.set(nameOf(at), at);
  }

  /** Keys have changed or were written. */
  noteLater(at: Place, keys: Iterable<string>): void {
    const known = this.#known.get(nameOf(at));
    if (known) for (const key of keys) known.later.add(key);
  }

  /** Its keys are not wanted any more. */
  forget(at: Place): void {
    this.#waiting.delete(nameOf(at));
    this.#known.delete(nameOf(at));
  }

  /**
   * Makes captures go on that wait for their turn. Nobody waits for it: one that runs out all the same is noticed, and its keys are
   * looked for again.
   */
  hold(signal: AbortSignal): void {
    const now = this.#clock.monotonic();
    if (now - this.#heldAt < HOLD_MS / 4) return;
    this.#heldAt = now;
    for (const [name, at] of this.#waiting) {
      if (this.#known.has(name)) capture(this.#shardOf(at.shard), at, HOLD_MS, signal).catch(() => undefined);
    }
  }

  /** The keys behind one, to be copied in order. */
  async toCopy(at: Place, after: string | undefined, signal: AbortSignal): Promise<KeyRange> {
    for (;;) {
      const found = this.#known.has(nameOf(at)) ? await this.#toCopyKnown(at, after, signal) : undefined;
      if (found) return found;
      // Those who come together share a pass.
      const going = this.#passes.get(at.shard);
      if (going === undefined) break;
      await going.catch(() => undefined);
    }
    this.#waiting.delete(nameOf(at));
    const pass = this.#passFor(at, after, signal).finally(() => this.#passes.delete(at.shard));
    this.#passes.set(at.shard, pass);
    return behind(await pass, after);
  }

  async #toCopyKnown(at: Place, after: string | undefined, signal: AbortSignal): Promise<KeyRange | undefined> {
    const known = this.#known.get(nameOf(at));
    if (known === undefined) return undefined;
    if (known.used) return after !== undefined && covers(known, after) ? behind(known, after) : undefined;
    this.#waiting.delete(nameOf(at));
    const marked = await markedBy(this.#shardOf(at.shard), at, known.capture, signal);
    if (marked === undefined || !covers(known, after)) return undefined;
    known.used = true;
    return behind(known, after);
  }

  /** All keys, in ranges, to be compared: what is known where changes are captured, at most once; else what a pass finds. */
  async *toCompare(at: Place, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const known = this.#known.get(nameOf(at));
    if (known?.used && !known.compared && isWhole(known)) {
      const marked = await markedBy(this.#shardOf(at.shard), at, known.capture, signal);
      if (marked) {
        known.compared = true;
        this.noteLater(at, marked.keys);
        yield allOf(known);
        return;
      }
    }
    for (let after: string | undefined; ; ) {
      const found = await this.#passAlone(at, after, signal);
      yield found.keys;
      after = found.until;
      if (after === undefined) return;
    }
  }

  /** All keys, as they were compared last. */
  async *compared(at: Place, signal: AbortSignal): AsyncGenerator<readonly string[]> {
    const known = this.#known.get(nameOf(at));
    if (known?.compared && isWhole(known)) yield allOf(known);
    else yield* this.toCompare(at, signal);
  }

  /** A range of keys as they are, found by a pass for nobody else. */
  async #passAlone(at: Place, after: string | undefined, signal: AbortSignal): Promise<KeyRange> {
    const shard = this.#shardOf(at.shard);
    const name = (await markedBy(shard, at, '', signal))?.name ?? '';
    const found = await passOver(shard, this.#partitioner, [{ partition: at.partition, after }], signal);
    const range = found.get(at.partition) as KeyRange;
    this.#keep(at, { ...range, after, capture: name, used: true, compared: true });
    return range;
  }

  async #passFor(at: Place, after: string | undefined, signal: AbortSignal): Promise<Known> {
    const shard = this.#shardOf(at.shard);
    const name = (await markedBy(shard, at, '', signal))?.name ?? '';
    const others = new Map<Place, string>();
    for (const [id, other] of this.#waiting) {
      if (other.shard !== at.shard || other.partition === at.partition) continue;
      if (!this.#known.has(id)) others.set(other, await capture(shard, other, HOLD_MS, signal));
    }
    const wanted = [...others.keys()].map(({ partition }) => ({ partition, after: undefined }));
    const found = await passOver(shard, this.#partitioner, [{ partition: at.partition, after }, ...wanted], signal);
    for (const [other, held] of others) {
      const range = found.get(other.partition);
      // Who was left out for want of room makes a pass when its turn comes.
      if (range) this.#keep(other, { ...range, after: undefined, capture: held, used: false, compared: false });
    }
    const range = found.get(at.partition) as KeyRange;
    return this.#keep(at, { ...range, after, capture: name, used: true, compared: false });
  }

  #keep(at: Place, known: Omit<Known, 'later'>): Known {
    const kept = { ...known, later: new Set<string>() };
    this.#known.delete(nameOf(at));
    let count = kept.keys.length;
    for (const { keys, later } of this.#known.values()) count += keys.length + later.size;
    for (const [name, { keys, used }] of this.#known) {
      if (count <= MOST_KNOWN) break;
      if (!used) continue;
      this.#known.delete(name);
      count -= keys.length;
    }
    this.#known.set(nameOf(at), kept);
    return kept;
  }
}

function nameOf({ shard, partition, moveId }: Place): string {
  return `${shard} ${partition} ${moveId}`;
}

function isWhole({ after, until }: Known): boolean {
  return after === undefined && until === undefined;
}

/** Whether the keys behind one were looked for, and there can be some. */
function covers(known: Known, after: string | undefined): boolean {
  if (known.after !== undefined && (after === undefined || after < known.after)) return false;
  return known.until === undefined || after === undefined || after < known.until;
}

function allOf({ keys, later }: Known): readonly string[] {
  return later.size === 0 ? keys : sortedOnce([...keys, ...later]);
}

function behind({ keys, until }: KeyRange, after: string | undefined): KeyRange {
  if (after === undefined) return { keys, until };
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) > after) high = middle;
    else low = middle + 1;
  }
  return { keys: keys.slice(low), until };
}
