import type { AddEntry, Added } from '../engine/add-request.ts';
import type { FireRequest } from '../engine/engine-controls.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { StoredSchedule } from '../engine/stored-schedule.ts';
import { tellSeen } from '../events/tell-seen.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import { type AddedHome, tellAdded } from '../queue/tell-added.ts';
import { dueSlots, type SlotAnswer } from './due-slots.ts';
import { type ScheduleSlots, scheduleSlots } from './schedule-slots.ts';
import { readSpec, type ScheduleSpec } from './schedule-spec.ts';
import { slotJitterMs } from './slot-jitter.ts';

const mostPlans = 1_000;

/** What a runner has from its queue. */
export interface RunnerHome extends AddedHome {
  readonly settings: QueueSettings;
  readonly engine: EngineQueue;
}

/**
 * Turns due slots into jobs, for all schedules that a step names. Any number of workers do it at the same time: the engine takes the
 * first one's word for a slot, the others are told that they are late.
 */
export class ScheduleRunner {
  readonly #home: RunnerHome;
  readonly #underWay = new Set<string>();
  /** Slots that a full queue holds back, by name of their schedule. */
  readonly #held = new Map<string, number>();
  /** What specs say, by name: a cron expression costs more to read than to go on from. */
  readonly #plans = new Map<string, Plan>();

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
    const plan = this.#planOf(schedule);
    const answer = whatIsDue(schedule, plan, slot, now);
    const request = fireRequest(schedule, plan.spec, slot, answer);
    const reply = await this.#home.engine.control('fire', request);
    if (reply.state === 'fired') {
      for (const job of reply.jobs) tellAdded(this.#home, schedule.record, job, now);
      await this.#endAtLimit(schedule, plan, request, reply.jobs);
      if (this.#isHeld(schedule, slot, request.entries.length - reply.jobs.length) && reply.jobs.length === 0) return;
    }
    if (reply.state === 'stale' || answer.dropped === 0) return;
    const { metrics, watchers, settings } = this.#home;
    const { name, record } = schedule;
    metrics.missed.at(name).inc(answer.dropped);
    settings.logger.warn({ queue: settings.name, schedule: name, dropped: answer.dropped }, 'slots were missed');
    const { type } = record;
    const { dropped } = answer;
    watchers.missed({ id: '', type, at: now, schedule: name, dropped });
    tellSeen(this.#home, { event: 'missed', type, schedule: name, dropped });
  }

  /** A full queue holds slots back until there is room, which is told once of each. What has been missed by then is told then. */
  #isHeld({ name }: StoredSchedule, slot: number, held: number): boolean {
    if (held === 0) {
      this.#held.delete(name);
      return false;
    }
    const { logger, name: queue } = this.#home.settings;
    if (this.#held.get(name) !== slot) {
      this.#held.set(name, slot);
      logger.warn({ queue, schedule: name, slot, held }, 'the queue is full: slots are held back');
    }
    return true;
  }

  /** Where a slot may pass, only the answer tells that the last job is made: then no slot is waited for any more. */
  async #endAtLimit(
    schedule: StoredSchedule,
    { spec }: Plan,
    fired: FireRequest,
    jobs: readonly Added[],
  ): Promise<void> {
    const { limit } = spec.options;
    const made = schedule.made + jobs.filter(({ outcome }) => outcome === 'added').length;
    if (!fired.skipIfRunning || fired.next === undefined || limit === undefined || made < limit) return;
    const end = { entries: [], skipIfRunning: false, next: undefined };
    await this.#home.engine.control('fire', { ...fired, ...end, slot: fired.next.slot });
  }

  #planOf({ name, revision, spec: text }: StoredSchedule): Plan {
    const known = this.#plans.get(name);
    if (known?.revision === revision) return known;
    const spec = readSpec(text);
    const { startAt, endAt } = spec.options;
    const plan = { revision, spec, slots: scheduleSlots(spec.when, { startAt, endAt }) };
    // Of schedules that were taken away nobody tells.
    if (this.#plans.size >= mostPlans) this.#plans.clear();
    this.#plans.set(name, plan);
    return plan;
  }
}

/** What the spec of one revision says. */
interface Plan {
  readonly revision: number;
  readonly spec: ScheduleSpec;
  readonly slots: ScheduleSlots;
}

function whatIsDue(schedule: StoredSchedule, { spec, slots }: Plan, slot: number, now: number): SlotAnswer {
  const { missed = 'skip', lateAfterMs = 60_000, jitterMs = 0, limit, ifRunning } = spec.options;
  const left = limit === undefined ? undefined : Math.max(0, limit - schedule.made);
  const question = { name: schedule.name, slot, now, missed, lateAfterMs, jitterMs };
  if (ifRunning !== 'skip' || left === 0) return dueSlots(slots, { ...question, left });
  // One after the other: behind the first of them the others would find a job that has not settled, and so would the first one if
  // the last run goes on. Which it is only the engine knows: a slot that passes counts for no limit.
  const answer = dueSlots(slots, { ...question, left: undefined });
  return { ...answer, run: answer.run.slice(0, 1) };
}

function fireRequest(schedule: StoredSchedule, spec: ScheduleSpec, slot: number, answer: SlotAnswer): FireRequest {
  const { name, revision } = schedule;
  const { ifRunning = 'add', jitterMs = 0, expiresInMs } = spec.options;
  const skipIfRunning = ifRunning === 'skip';
  const { run, next } = answer;
  const entries = run.map((each) => slotEntry(schedule, each, expiresInMs));
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
