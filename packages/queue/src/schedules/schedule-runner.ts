import type { AddEntry } from '../engine/add-request.ts';
import type { FireRequest } from '../engine/engine-controls.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import type { Watchers } from '../events/watchers.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import { dueSlots, type SlotAnswer } from './due-slots.ts';
import { scheduleSlots } from './schedule-slots.ts';
import { readSpec, type ScheduleSpec } from './schedule-spec.ts';
import { slotJitterMs } from './slot-jitter.ts';

/** What a runner has from its queue. */
export interface RunnerHome {
  readonly settings: QueueSettings;
  readonly engine: EngineQueue;
  readonly metrics: QueueMetrics;
  readonly watchers: Watchers;
}

/**
 * Turns due slots into jobs, for all schedules that a step names. Any number of workers do it at the same time: the engine takes the
 * first one's word for a slot, the others are told that they are late.
 */
export class ScheduleRunner {
  readonly #home: RunnerHome;
  readonly #underWay = new Set<string>();

  constructor(home: RunnerHome) {
    this.#home = home;
  }

  /** Whether slots are being turned into jobs. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** @param done - Called when a schedule has moved on, or could not: it is worth to look again. */
  due(schedules: readonly StoredSchedule[], now: number, done: () => void): void {
    for (const schedule of schedules) {
      const { name, slot, revision } = schedule;
      if (slot === undefined || this.#underWay.has(name)) continue;
      this.#underWay.add(name);
      this.#fire(schedule, slot, now)
        .catch((err: unknown) => {
          const { logger, name: queue } = this.#home.settings;
          logger.warn({ err, queue, schedule: name, revision }, 'a slot could not be turned into a job');
        })
        .finally(() => {
          this.#underWay.delete(name);
          done();
        });
    }
  }

  async #fire(schedule: StoredSchedule, slot: number, now: number): Promise<void> {
    const spec = readSpec(schedule.spec);
    const answer = whatIsDue(schedule, spec, slot, now);
    const reply = await this.#home.engine.control('fire', fireRequest(schedule, spec, slot, answer));
    if (reply.state === 'stale' || answer.dropped === 0) return;
    const { metrics, watchers, settings } = this.#home;
    const { name, record } = schedule;
    metrics.missed.at(name).inc(answer.dropped);
    settings.logger.warn({ queue: settings.name, schedule: name, dropped: answer.dropped }, 'slots were missed');
    watchers.missed({ id: '', type: record.type, at: now, schedule: name, dropped: answer.dropped });
  }
}

function whatIsDue(schedule: StoredSchedule, spec: ScheduleSpec, slot: number, now: number): SlotAnswer {
  const { missed = 'skip', lateAfterMs = 60_000, jitterMs = 0, limit, startAt, endAt } = spec.options;
  const slots = scheduleSlots(spec.when, { startAt, endAt });
  const left = limit === undefined ? undefined : Math.max(0, limit - schedule.made);
  return dueSlots(slots, { name: schedule.name, slot, now, missed, lateAfterMs, jitterMs, left });
}

function fireRequest(schedule: StoredSchedule, spec: ScheduleSpec, slot: number, answer: SlotAnswer): FireRequest {
  const { name, revision } = schedule;
  const { ifRunning = 'add', jitterMs = 0, expiresInMs } = spec.options;
  const skipIfRunning = ifRunning === 'skip';
  // One after the other: behind the first of them the others would find a job that has not settled.
  const run = skipIfRunning ? answer.run.slice(0, 1) : answer.run;
  const entries = run.map((each) => slotEntry(schedule, each, expiresInMs));
  const { next } = answer;
  return {
    name,
    revision,
    slot,
    entries,
    skipIfRunning,
    next: next === undefined ? undefined : { slot: next, fireAt: next + slotJitterMs(name, next, jitterMs) },
  };
}

function slotEntry({ name, record }: StoredSchedule, slot: number, expiresInMs: number | undefined): AddEntry {
  return {
    id: `~s:${name}:${slot}`,
    record: { ...record, scheduledFor: slot },
    delayMs: 0,
    dueAt: undefined,
    expiresInMs,
    unique: undefined,
  };
}
