import { type Backoff, type Clock, decorrelatedBackoff, isXcError, type Random, type Timer } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { StepReply } from '../engine/step-reply.ts';
import type { StepRequest } from '../engine/step-request.ts';
import { atEndOfTick } from '../queue/end-of-tick.ts';

/** Who has something to say in steps. */
export interface StepSpeaker {
  /** What is to be said now, or `undefined`: nothing. */
  compose(): StepRequest | undefined;
  /** @param sentAt - Monotonic ms of the first time the step was sent. */
  answered(request: StepRequest, reply: StepReply, sentAt: number): void;
  /** The step will be sent again, unless the queue is closed. */
  failed(error: unknown): void;
}

/** What the line needs of its queue. */
export interface LineHome {
  readonly engine: EngineQueue;
  readonly clock: Clock;
  readonly random: Random;
}

// An engine in this process answers without a turn of the event loop: others get one after so many steps or so long.
const stepsPerTurn = 16;
const turnMs = 4;

/**
 * The steps of one worker, one at a time. What is said while a step is on its way travels with the next; with none on its way a
 * step leaves at the end of the tick. A step without an answer is sent again as it was, so that it has its effect once.
 */
export class StepLine {
  readonly #home: LineHome;
  readonly #speaker: StepSpeaker;
  readonly #backoff: Backoff = decorrelatedBackoff({ baseMs: 50, capMs: 2_000 });
  #open: (() => void) | undefined;
  #poked = false;
  #ended = false;
  #steps = 0;
  /** Until the event loop turns. */
  #turn: Promise<void> | undefined;
  #turnSince = 0;
  #pause: { readonly timer: Timer; readonly end: () => void } | undefined;
  #drained: (() => void)[] = [];

  constructor(home: LineHome, speaker: StepSpeaker) {
    this.#home = home;
    this.#speaker = speaker;
  }

  /** Until `end`. All that the speaker does runs in the async context of this call, whoever pokes. */
  async run(): Promise<void> {
    while (!this.#ended) {
      await this.#gate();
      const request = this.#ended ? undefined : this.#speaker.compose();
      if (request === undefined) {
        this.#tellDrained();
        continue;
      }
      await this.#step(request);
      await this.#letOthers();
      // The answer may have given the speaker something new to say.
      this.poke();
    }
    this.#tellDrained();
  }

  /** There may be something to say. */
  poke(): void {
    if (this.#poked) return;
    this.#poked = true;
    if (this.#open !== undefined) atEndOfTick(this.#open);
  }

  /** Resolves when there is nothing to say and nothing on its way. */
  drained(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.poke();
    });
  }

  /** A step on its way is not waited for. */
  end(): void {
    this.#ended = true;
    this.#pause?.timer.cancel();
    this.#pause?.end();
    this.#open?.();
    this.#tellDrained();
  }

  /** Nothing where the event loop turns by itself: an engine on a server, or a clock that is advanced by hand. */
  async #letOthers(): Promise<void> {
    const now = this.#home.clock.monotonic();
    if (this.#turn === undefined) {
      this.#turnSince = now;
      this.#steps = 0;
      this.#turn = new Promise((resolve) => {
        setImmediate(() => {
          this.#turn = undefined;
          resolve();
        });
      });
    }
    this.#steps += 1;
    if (this.#steps >= stepsPerTurn || now - this.#turnSince >= turnMs) await this.#turn;
  }

  async #gate(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#open = resolve;
      if (this.#poked) atEndOfTick(resolve);
    });
    this.#open = undefined;
    this.#poked = false;
  }

  async #step(request: StepRequest): Promise<void> {
    const sentAt = this.#home.clock.monotonic();
    for (let tries = 1; !this.#ended; tries++) {
      const reply = await this.#send(request);
      if (reply !== undefined) {
        if (!this.#ended) this.#speaker.answered(request, reply, sentAt);
        return;
      }
      if (!this.#ended) await this.#wait(this.#backoff.delayMs(tries, this.#home.random));
    }
  }

  async #send(request: StepRequest): Promise<StepReply | undefined> {
    try {
      return await this.#home.engine.step(request);
    } catch (error) {
      if (isXcError(error, 'XC_QUEUE_CLOSED')) this.end();
      else if (!this.#ended) this.#speaker.failed(error);
      return undefined;
    }
  }

  async #wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#pause = { timer: this.#home.clock.after(ms, resolve), end: resolve };
    });
    this.#pause = undefined;
  }

  #tellDrained(): void {
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }
}
