import { type RedisClient, slotOf } from '@xc/redis';
import type { LimitOp } from '../store/limit-op.ts';
import type { Step, TakeStep } from '../store/step.ts';
import type { OpState, StepReply } from '../store/step-reply.ts';
import { boundsOf, type CallBounds, shrinking } from './call-bounds.ts';
import type { KeyLayout } from './key-layout.ts';
import type { SlotStore } from './slot-store.ts';

/** Ops of one slot, and where they stand in their step. */
interface SlotGroup {
  readonly ops: LimitOp[];
  readonly places: number[];
}

interface GroupReply {
  readonly group: SlotGroup;
  readonly reply: StepReply;
}

/**
 * Does steps whose keys may lie in several slots of a cluster, which no script can touch at once. A take asks one slot after
 * the other, in the order of the ops, and gives back to the earlier ones when a later one says no: it never lets through what
 * it should not, and for one round trip it may hold what it gives back.
 */
export class ScatteredStore {
  readonly #prefix: string;
  readonly #layout: KeyLayout;
  readonly #slots: SlotStore;

  constructor(client: RedisClient, prefix: string, layout: KeyLayout, slots: SlotStore) {
    this.#prefix = (client.options.keyPrefix ?? '') + prefix;
    this.#layout = layout;
    this.#slots = slots;
  }

  apply(step: Step, bounds: CallBounds): Promise<StepReply> {
    const groups = this.#groups(step.ops);
    if (groups.length === 1) return this.#slots.apply(step, bounds);
    return step.kind === 'take' ? this.#take(step, groups, bounds) : this.#each(step, groups, bounds);
  }

  #groups(ops: readonly LimitOp[]): readonly SlotGroup[] {
    const groups = new Map<number, SlotGroup>();
    for (const [place, op] of ops.entries()) {
      const slot = slotOf(`${this.#prefix}{${this.#layout.tagOf(op)}}`);
      const group = groups.get(slot) ?? { ops: [], places: [] };
      group.ops.push(op);
      group.places.push(place);
      groups.set(slot, group);
    }
    return [...groups.values()];
  }

  /** Where no group depends on another. */
  async #each(step: Exclude<Step, TakeStep>, groups: readonly SlotGroup[], bounds: CallBounds): Promise<StepReply> {
    const replies = await Promise.all(
      groups.map(async (group) => ({ group, reply: await this.#slots.apply({ ...step, ops: group.ops }, bounds) })),
    );
    const whole = together(step.ops.length, replies);
    return step.kind === 'peek'
      ? whole
      : { ...whole, changed: replies.reduce((sum, { reply }) => sum + (reply.changed ?? 0), 0) };
  }

  async #take(step: TakeStep, groups: readonly SlotGroup[], bounds: CallBounds): Promise<StepReply> {
    const rest = shrinking(bounds);
    const taken: GroupReply[] = [];
    try {
      for (const group of groups) {
        const reply = await this.#slots.take({ ...step, ops: group.ops }, rest());
        if (!reply.allowed) return await this.#refuse(step, groups, taken, { group, reply }, rest);
        taken.push({ group, reply });
      }
    } catch (error) {
      // Nobody waits for this any more; what cannot be given back is lost until its time is over.
      for (const one of taken) this.#giveBack(step, one, boundsOf()).catch(() => {});
      throw error;
    }
    return together(step.ops.length, taken);
  }

  async #refuse(
    step: TakeStep,
    groups: readonly SlotGroup[],
    taken: GroupReply[],
    refusal: GroupReply,
    rest: () => CallBounds,
  ): Promise<StepReply> {
    const earlier = taken.splice(0);
    const later = groups.slice(earlier.length + 1);
    const [given, asked] = await Promise.all([
      Promise.all(earlier.map((one) => this.#giveBack(step, one, rest()))),
      Promise.all(later.map((group) => this.#ask(step, group, rest()))),
    ]);
    return together(step.ops.length, [...given, refusal, ...asked]);
  }

  async #giveBack(step: TakeStep, { group, reply }: GroupReply, bounds: CallBounds): Promise<GroupReply> {
    const charged = group.ops.map((op, index): LimitOp => {
      const receipt = reply.states[index]?.receipt;
      return receipt === undefined ? op : { ...op, receipt, by: -op.cost };
    });
    return { group, reply: await this.#slots.undo(charged, step.lease, bounds) };
  }

  /** How ops stand that were not asked in earnest, told as if they had been. */
  async #ask(step: TakeStep, group: SlotGroup, bounds: CallBounds): Promise<GroupReply> {
    return { group, reply: await this.#slots.undo(group.ops, step.lease, bounds) };
  }
}

/** One reply of many, its time the latest. */
function together(count: number, replies: readonly GroupReply[]): StepReply {
  const states = Array.from<OpState>({ length: count });
  let [allowed, now] = [true, 0];
  for (const { group, reply } of replies) {
    allowed &&= reply.allowed;
    now = Math.max(now, reply.now);
    for (const [index, place] of group.places.entries()) states[place] = reply.states[index] as OpState;
  }
  return { allowed, now, states };
}
