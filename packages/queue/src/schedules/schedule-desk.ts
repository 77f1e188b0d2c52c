import type { EngineQueue } from '../engine/queue-engine.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import { text } from '../option-checks.ts';
import type { Call } from '../queue/call.ts';
import type { EntryMaker } from '../queue/entry-maker.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import { checkScheduleName, checkScheduleOptions, checkWhen } from './schedule-checks.ts';
import type { ScheduleOptions, ScheduleView, When } from './schedule-options.ts';
import { scheduleSlots } from './schedule-slots.ts';
import { readSpec, writeSpec } from './schedule-spec.ts';
import { slotJitterMs } from './slot-jitter.ts';

/** What the desk has from its queue. */
export interface DeskHome {
  readonly engine: EngineQueue;
  readonly codec: ValueCodec;
  readonly entries: EntryMaker;
  readonly lanes: readonly string[];
}

/** Puts, shows and takes away schedules. */
export class ScheduleDesk {
  readonly #home: DeskHome;

  constructor(home: DeskHome) {
    this.#home = home;
  }

  /** From the next slot after now, by the time of the engine. */
  async put(name: string, when: When, type: string, data: unknown, options: ScheduleOptions): Promise<ScheduleView> {
    const { engine, codec, entries, lanes } = this.#home;
    checkScheduleName(name);
    text('type', type);
    checkWhen(when);
    checkScheduleOptions(options, lanes);
    const { signal, ...kept } = options;
    const { startAt, endAt, jitterMs = 0 } = kept;
    const slots = scheduleSlots(when, { startAt, endAt });
    const record = entries.record(type, codec.encodeData(data), options);
    const { now } = await engine.read('counts', {}, { signal });
    const slot = slots.next(now);
    const fireAt = slot === undefined ? undefined : slot + slotJitterMs(name, slot, jitterMs);
    const spec = writeSpec({ when, options: kept });
    return this.#view(await engine.control('schedule', { name, spec, record, slot, fireAt }, { signal }));
  }

  async list(call: Call = {}): Promise<ScheduleView[]> {
    const stored = await this.#home.engine.read('schedules', {}, call);
    return stored.map((schedule) => this.#view(schedule));
  }

  async remove(name: string, call: Call = {}): Promise<boolean> {
    return this.#home.engine.control('unschedule', { name: checkScheduleName(name) }, call);
  }

  #view(stored: StoredSchedule): ScheduleView {
    const { when, options } = readSpec(stored.spec);
    return {
      name: stored.name,
      when,
      type: stored.record.type,
      data: this.#home.codec.show(stored.record.data),
      options,
      revision: stored.revision,
      next: stored.slot,
      last: stored.lastSlot,
      made: stored.made,
    };
  }
}
