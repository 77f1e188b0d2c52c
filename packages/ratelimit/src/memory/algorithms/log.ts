import type { LogRule } from '../../limits/limit-rule.ts';
import type { Slots } from '../slots.ts';
import { wholeMsLeft } from '../time-noise.ts';
import type { Algorithm } from './algorithm.ts';

/** Charges of one key, oldest first. `through` counts all units up to and with an entry, so that both ends of a sum are two reads. */
class Entries {
  readonly at: number[] = [];
  readonly through: number[] = [];
  readonly serial: number[] = [];
  /** Entries before have left. */
  head = 0;
  /** Units of those. */
  gone = 0;

  get used(): number {
    return (this.through.at(-1) ?? this.gone) - this.gone;
  }

  push(at: number, units: number, serial: number): void {
    this.through.push((this.through.at(-1) ?? this.gone) + units);
    this.at.push(at);
    this.serial.push(serial);
  }

  /** Lets go of what is older than the window; each entry goes once. */
  expire(now: number, windowMs: number): void {
    while (this.head < this.at.length && wholeMsLeft((this.at[this.head] as number) + windowMs - now) === 0)
      this.head++;
    if (this.head === 0) return;
    this.gone = this.through[this.head - 1] as number;
    if (this.head * 2 < this.at.length) return;
    for (const column of [this.at, this.through, this.serial]) column.splice(0, this.head);
    this.head = 0;
  }

  /** Lets go of the youngest when all of their units were given back. */
  trim(): void {
    while (this.at.length > this.head && this.through.at(-1) === (this.through.at(-2) ?? this.gone)) {
      for (const column of [this.at, this.through, this.serial]) column.pop();
    }
  }

  /** The first living entry of which `column` says at least `value`. */
  find(column: readonly number[], value: number): number {
    let [low, high] = [this.head, column.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((column[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Exact: every charge with its time, in `lists`. A charge is marked by its number, which no other charge of the store has. */
export function log(slots: Slots, { windowMs }: LogRule, serial: () => number): Algorithm<LogRule> {
  const none = new Entries();

  function entriesOf(slot: number, now: number): Entries {
    const entries = (slot < 0 ? undefined : (slots.lists[slot] as Entries | undefined)) ?? none;
    entries.expire(now, windowMs);
    return entries;
  }

  function write(slot: number, units: number, now: number): number {
    const entries = (slots.lists[slot] as Entries | undefined) ?? new Entries();
    slots.lists[slot] = entries;
    const id = serial();
    entries.push(Math.max(now, entries.at.at(-1) ?? now), units, id);
    return id;
  }

  /** Milliseconds until an entry leaves. */
  const leavesIn = (entries: Entries, index: number, now: number) =>
    wholeMsLeft((entries.at[index] ?? Number.NEGATIVE_INFINITY) + windowMs - now);

  return {
    judge(slot, { limit }, cost, now, verdict) {
      const entries = entriesOf(slot, now);
      const used = entries.used;
      const never = limit === 0 || cost > limit;
      const allowed = !never && used + cost <= limit;
      let retry = Number.POSITIVE_INFINITY;
      // So many of the oldest units must leave first.
      if (!never && !allowed) {
        retry = leavesIn(entries, entries.find(entries.through, entries.gone + used + cost - limit), now);
      }
      const charged = allowed && cost > 0;
      const reset = charged ? windowMs : leavesIn(entries, entries.at.length - 1, now);
      verdict.set(allowed, Math.max(0, limit - used - (charged ? cost : 0)), reset, retry);
    },

    charge(slot, _rule, cost, now, verdict) {
      verdict.mark = write(slot, cost, now);
    },

    add(slot, { limit }, by, now) {
      const added = Math.max(0, Math.min(by, 2 * limit - entriesOf(slot, now).used));
      if (added > 0) write(slot, added, now);
      return added;
    },

    giveBack(slot, _rule, units, now, id) {
      const entries = entriesOf(slot, now);
      const index = entries.find(entries.serial, id);
      if (entries.serial[index] !== id) return 0;
      const before = index === 0 ? entries.gone : (entries.through[index - 1] as number);
      const given = Math.min(units, (entries.through[index] as number) - before);
      for (let after = index; after < entries.through.length; after++) {
        (entries.through[after] as number) -= given;
      }
      entries.trim();
      return given;
    },

    lastsMs(slot, now) {
      const entries = slots.lists[slot] as Entries | undefined;
      return entries === undefined || entries.used === 0 ? 0 : (entries.at.at(-1) as number) + windowMs - now;
    },
  };
}
