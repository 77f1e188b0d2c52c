import { AsyncResource } from 'node:async_hooks';
import type { Timer } from './clock.ts';
import { outside, TimingWheel, type WheelEntry } from './timing-wheel.ts';

/** A wake-up call that was asked of the host. */
export interface Wake {
  cancel(): void;
  /** Whether it keeps the process open. */
  hold(on: boolean): void;
}

/** Where a timer queue gets its time from. */
export interface TimerHost {
  /** Milliseconds, never going back. */
  monotonic(): number;
  /** Calls `fn` once in about `ms`, an integer from 1 to 2^31-1. May be early or late; does not keep the process open. */
  wakeAfter(ms: number, fn: () => void): Wake;
}

const longestWakeMs = 2 ** 31 - 1;

/**
 * Any number of timers on one wake-up call of the host.
 *
 * A timer fires in the order of its deadline, then of its scheduling, never before its deadline, and in the async context in
 * which it was scheduled. One whose callback throws goes the way of the host's own: the error leaves the wake-up call, and the
 * other timers fire in the next one. Scheduling and cancelling cost about 100 ns, a reading of the time and two small objects
 * (bench/system-clock.bench.ts).
 */
export class TimerQueue {
  readonly #host: TimerHost;
  readonly #wheel = new TimingWheel<QueuedTimer>();
  /** Where the wake-up call is asked for: else it would keep the async context of whoever scheduled last. */
  readonly #home = new AsyncResource('XcTimerQueue');
  /** Out of the wheel, yet to fire: more than one after a callback threw. */
  #due: QueuedTimer[] = [];
  /** V8 drops a shape that no object has, and the code compiled for it: with this one there always is one. */
  readonly #shape = new QueuedTimer(this.#wheel, 0, 0, () => {});
  #wake: Wake | undefined;
  /** The tick of the wake-up call; `Infinity` without one, `-Infinity` while timers fire. */
  #wakeTick = Number.POSITIVE_INFINITY;
  #holders = 0;

  constructor(host: TimerHost) {
    this.#host = host;
    this.#shape.cancel();
  }

  /** Calls `fn` after `ms`, and again every `everyMs` unless that is 0. */
  schedule(ms: number, everyMs: number, fn: () => void): Timer {
    const now = this.#host.monotonic();
    if (now < this.#wakeTick) this.#wheel.moveTo(Math.floor(now));
    const timer = new QueuedTimer(this.#wheel, now + ms, everyMs, fn);
    const lookAt = this.#wheel.add(timer, tickOf(timer.deadline));
    if (lookAt < this.#wakeTick) this.#wakeAt(lookAt, now);
    return timer;
  }

  /** Keeps the process open until `release` was called as often as `hold`. */
  hold(): void {
    this.#holders += 1;
    if (this.#holders === 1) this.#wake?.hold(true);
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#wake?.hold(false);
  }

  #wakeAt(tick: number, now: number): void {
    this.#wake?.cancel();
    const ms = Math.min(Math.max(Math.ceil(tick - now), 1), longestWakeMs);
    const wake = this.#home.runInAsyncScope(() => this.#host.wakeAfter(ms, () => this.#fireDue()));
    if (this.#holders > 0) wake.hold(true);
    this.#wake = wake;
    this.#wakeTick = tick;
  }

  #fireDue(): void {
    const now = this.#host.monotonic();
    this.#wake = undefined;
    this.#wakeTick = Number.NEGATIVE_INFINITY;
    try {
      for (let timer = this.#next(now); timer !== undefined; timer = this.#next(now)) {
        if (timer.everyMs > 0 && timer.pending) this.#repeat(timer, now);
        timer.fire();
      }
    } finally {
      this.#wakeTick = Number.POSITIVE_INFINITY;
      const tick = this.#due.length > 0 ? 0 : this.#wheel.nextTick();
      if (tick < Number.POSITIVE_INFINITY) this.#wakeAt(tick, this.#host.monotonic());
    }
  }

  #next(now: number): QueuedTimer | undefined {
    // A tick is a whole millisecond, a deadline need not be. The order of scheduling stands among equals: sorting is stable.
    if (this.#due.length === 0) this.#due = this.#wheel.take(Math.floor(now)).sort(byDeadline).reverse();
    return this.#due.pop();
  }

  /** From the deadline, not from now, so that it does not drift; the turns that a blocked loop has missed are left out. */
  #repeat(timer: QueuedTimer, now: number): void {
    const turns = Math.floor((now - timer.deadline) / timer.everyMs) + 1;
    timer.deadline += turns * timer.everyMs;
    this.#wheel.add(timer, tickOf(timer.deadline));
  }
}

class QueuedTimer implements Timer, WheelEntry<QueuedTimer> {
  tick = 0;
  slot = outside;
  previous: QueuedTimer = this;
  next: QueuedTimer = this;
  deadline: number;
  readonly everyMs: number;
  readonly #wheel: TimingWheel<QueuedTimer>;
  #fn: (() => void) | undefined;
  #context: AsyncResource | undefined;

  constructor(wheel: TimingWheel<QueuedTimer>, deadline: number, everyMs: number, fn: () => void) {
    this.#wheel = wheel;
    this.deadline = deadline;
    this.everyMs = everyMs;
    this.#fn = fn;
    this.#context = new AsyncResource('XcTimer');
  }

  /** False once cancelled, or fired for the last time. */
  get pending(): boolean {
    return this.#fn !== undefined;
  }

  cancel(): void {
    this.#wheel.remove(this);
    // Whoever keeps the timer does not keep what its callback holds.
    this.#fn = undefined;
    this.#context = undefined;
  }

  fire(): void {
    const fn = this.#fn;
    const context = this.#context;
    if (this.everyMs === 0) this.cancel();
    if (fn !== undefined) context?.runInAsyncScope(fn);
  }
}

function tickOf(deadline: number): number {
  return Math.min(Math.ceil(deadline), Number.MAX_SAFE_INTEGER);
}

function byDeadline(a: QueuedTimer, b: QueuedTimer): number {
  return a.deadline - b.deadline;
}
