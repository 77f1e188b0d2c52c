import { systemClock } from '@xc/core';
import type { AddOptions } from '../../queue/add-options.ts';
import { type HistoryEvent, isRedrive, isTerminal } from './history-event.ts';

type Written = { -readonly [Field in keyof HistoryEvent]: HistoryEvent[Field] };

/** What came of an add that was asked for. */
export interface AskedAdd {
  /** @param anew - Whether it is a new job, and not one that was there. */
  ok(id: string, anew: boolean): void;
  failed(phase: 'fail' | 'info'): void;
}

/** A history while it is written. What was asked stands where it was asked, though its id may be known with the answer only. */
export class HistoryLog {
  readonly events: HistoryEvent[] = [];
  readonly #ended: Set<string> = new Set();
  readonly #asked: Set<string> = new Set();
  /** Jobs were added after which the engine makes others. */
  makesOwn = false;

  see(event: Omit<HistoryEvent, 't'>): Written {
    const written = { t: systemClock.now(), ...event };
    this.events.push(written);
    if (isRedrive(written)) this.#ended.delete(written.id as string);
    else if (isTerminal(written)) this.#ended.add(written.id as string);
    return written;
  }

  settled(id: string, outcome: string, run: Pick<HistoryEvent, 'worker' | 'fence'> = {}): void {
    this.see({ op: 'settle', phase: 'ok', id, outcome, ...run });
  }

  hasEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  /**
   * An add is asked for. One under the id of a job that has ended begins it anew, if it is added.
   *
   * @param answered - `info` for one that may end unseen, or out of the order of its key.
   */
  add({ id, key, delayMs = 0, dueAt, unique }: AddOptions, answered: 'ok' | 'info' = 'ok'): AskedAdd {
    const ended = id !== undefined && this.#ended.has(id);
    const again = ended ? this.see({ op: 'settle', phase: 'info', id, outcome: 'redrive' }) : undefined;
    const delayed = delayMs > 0 || dueAt !== undefined || unique?.mode === 'debounce';
    const asked = this.see({ op: 'add', phase: 'invoke', id, key, ...(delayed ? { unordered: true } : {}) });
    if (id !== undefined) this.#asked.add(id);
    return {
      ok: (given, anew) => {
        asked.id = given;
        this.#asked.add(given);
        if (again !== undefined && anew) {
          again.phase = 'ok';
          this.#ended.delete(given);
        }
        this.see({ op: 'add', phase: answered, id: given, key });
      },
      failed: (phase) => void (id !== undefined && this.see({ op: 'add', phase, id, key })),
    };
  }

  /** A job is moved before it runs: it leaves its turn to others. */
  moved(id: string): void {
    for (const event of this.events) if (event.op === 'add' && event.id === id) (event as Written).unordered = true;
  }

  /**
   * A job runs that the engine has made: of a schedule, or as what follows under a `latest` key. It was added at some time before:
   * first of all, where it says nothing of an order. One that was asked for is none.
   */
  ofEngine(id: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    const t = this.events[0]?.t ?? systemClock.now();
    this.events.unshift({ t, op: 'add', phase: 'info', id });
  }
}
