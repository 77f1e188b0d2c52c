import type { Coherence, CoherenceHandlers, CoherenceLink } from '../coherence/coherence.ts';
import type { CoherenceMessage } from '../coherence/coherence-message.ts';
import { checkFunction } from '../options/entry-plan.ts';
import { Chaos, type ChaosPlan } from './chaos-plan.ts';

const TOLD_AFTER_BEATS = 2;

/**
 * A coherence with faults: messages that are late, come twice, in another order, or not at all. It keeps its promise: of what is
 * lost `gap` is told, two heartbeats later. At rate 0 it is the coherence.
 *
 * @throws TypeError for what is no coherence; TypeError or RangeError for a plan that cannot be.
 */
export function chaosCoherence(coherence: Coherence, plan: ChaosPlan): Coherence {
  checkFunction('coherence.open', (coherence as Coherence | undefined)?.open);
  const chaos = new Chaos(plan);
  return {
    ...coherence,
    open(node, handlers) {
      const troubled = new TroubledHandlers(handlers, chaos, coherence.heartbeatMs);
      return failing(coherence.open(node, troubled), chaos);
    },
  };
}

function failing(link: CoherenceLink, chaos: Chaos): CoherenceLink {
  return {
    ...(link.announce === undefined ? {} : { announce: link.announce.bind(link) }),
    ...(link.implicit === undefined ? {} : { implicit: link.implicit }),
    async publish(message) {
      if (chaos.hits('fail')) throw new Error('the coherence failed to publish');
      await link.publish(message);
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}

class TroubledHandlers implements CoherenceHandlers {
  readonly #handlers: CoherenceHandlers;
  readonly #chaos: Chaos;
  readonly #heartbeatMs: number;
  #held: CoherenceMessage[] = [];

  constructor(handlers: CoherenceHandlers, chaos: Chaos, heartbeatMs: number) {
    this.#handlers = handlers;
    this.#chaos = chaos;
    this.#heartbeatMs = heartbeatMs;
  }

  message(message: CoherenceMessage): void {
    const chaos = this.#chaos;
    if (chaos.hits('drop')) {
      chaos.clock.after(TOLD_AFTER_BEATS * this.#heartbeatMs, () => this.#handlers.gap('sequence'));
      return;
    }
    if (chaos.hits('delay')) {
      chaos.clock.after(chaos.delayMs, () => this.#deliver(message));
      return;
    }
    if (chaos.hits('reorder')) {
      this.#held.push(message);
      chaos.clock.after(chaos.delayMs, () => this.#release());
      return;
    }
    this.#deliver(message);
    this.#release();
  }

  gap(cause: Parameters<CoherenceHandlers['gap']>[0]): void {
    this.#handlers.gap(cause);
  }

  state(up: boolean): void {
    this.#handlers.state(up);
  }

  unsupported(error: Parameters<CoherenceHandlers['unsupported']>[0]): void {
    this.#handlers.unsupported(error);
  }

  #deliver(message: CoherenceMessage): void {
    this.#handlers.message(message);
    if (this.#chaos.hits('duplicate')) this.#handlers.message(message);
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held.reverse()) this.#deliver(message);
  }
}
