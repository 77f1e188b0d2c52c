import type { Clock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import { collectNow } from '../scrape/scrape-hooks.ts';
import type { Snapshot } from '../snapshot.ts';
import type { FramePort } from './frame-port.ts';
import { frameRequest, isFrameAnswer, snapshotOf } from './frames.ts';

/** A part of the program that has figures. */
export interface Member {
  readonly id: string;
  /** The newest figures there are, old ones too. */
  readonly last: Snapshot | undefined;
  /** Resolves to whether it answered in time; never rejects. */
  ask(): Promise<boolean>;
  leave(): void;
}

/** Of what collectors may take, this share: the answer has a way to go. */
const COLLECTING_SHARE = 0.8;

/** A worker behind a port. */
export class RemoteMember implements Member {
  readonly id: string;
  readonly #port: FramePort;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #stop: () => void;
  readonly #waiting = new Map<number, () => void>();
  #last: Snapshot | undefined;
  #lastId = 0;
  #asked = 0;

  constructor(
    id: string,
    port: FramePort,
    { clock, deadlineMs }: { readonly clock: Clock; readonly deadlineMs: number },
  ) {
    this.id = id;
    this.#port = port;
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    this.#stop = port.receive((message) => this.#receive(message));
  }

  get last(): Snapshot | undefined {
    return this.#last;
  }

  ask(): Promise<boolean> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const timer = this.#clock.after(this.#deadlineMs, () => {
        this.#waiting.delete(id);
        resolve(false);
      });
      this.#waiting.set(id, () => {
        this.#waiting.delete(id);
        timer.cancel();
        resolve(true);
      });
      this.#send(id);
    });
  }

  leave(): void {
    this.#stop();
  }

  #send(id: number): void {
    try {
      this.#port.send(frameRequest(id, this.#deadlineMs * COLLECTING_SHARE));
    } catch {
      // The port is closed: silence has an end of its own.
    }
  }

  #receive(message: unknown): void {
    if (!isFrameAnswer(message) || message.id > this.#asked) return;
    // Also a late answer is newer than what was known; an old one that comes after a newer is not.
    if (message.id >= this.#lastId) {
      this.#last = snapshotOf(message);
      this.#lastId = message.id;
    }
    this.#waiting.get(message.id)?.();
  }
}

/** The metrics of this very process. */
export class LocalMember implements Member {
  readonly id = 'local';
  readonly #metrics: Metrics;
  #last: Snapshot | undefined;

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
  }

  get last(): Snapshot | undefined {
    return this.#last;
  }

  async ask(): Promise<boolean> {
    await collectNow(this.#metrics);
    this.#last = this.#metrics.snapshot();
    return true;
  }

  leave(): void {}
}
