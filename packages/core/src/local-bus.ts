import type { Bus, BusHandlers, Subscription } from './bus.ts';
import { XcError } from './error.ts';
import { type Logger, noopLogger } from './logger.ts';
import { checkOptionNames } from './option-checks.ts';

/** What `localBus` may be given. */
export interface LocalBusOptions {
  /**
   * Told, at `error`, of a handler that throws.
   * @defaultValue `noopLogger`
   */
  readonly logger?: Logger;
}

/**
 * A bus inside one process: the default wherever a `Bus` is wanted, and a stand-in for a real one in tests.
 *
 * `publish` never calls a handler before it returns; whoever is subscribed at that moment gets the message in a microtask, in
 * the order of publishing, unless the subscription is closed by then. The bytes are copied for every handler: publisher and
 * subscribers may each do with theirs what they like. A handler that throws is logged and takes nothing from the others.
 * Nothing is ever lost here, so `gap` is never called.
 *
 * @throws TypeError for an unknown option or a logger that is none.
 * @throws XcError `XC_BUS_CLOSED` (as a rejection) from `publish` and `subscribe` once the bus is disposed of.
 *
 * @example
 * ```ts
 * await using bus = localBus();
 * await bus.subscribe('prices', { message: (bytes) => show(jsonCodec.decode(bytes)), gap: () => reload() });
 * await bus.publish('prices', jsonCodec.encode({ apple: 3 }));
 * ```
 */
export function localBus(options: LocalBusOptions = {}): Bus {
  checkOptionNames(options, ['logger']);
  const { logger = noopLogger } = options;
  if (typeof logger?.error !== 'function') throw new TypeError('logger must have the methods of a logger');
  return new LocalBus(logger);
}

class LocalBus implements Bus {
  readonly #channels = new Map<string, Set<LocalSubscription>>();
  readonly #logger: Logger;
  #disposed = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  async publish(channel: string, message: Uint8Array): Promise<void> {
    this.#refuseWhenDisposed();
    refuseNonChannel(channel);
    if (!(message instanceof Uint8Array)) throw new TypeError(`message must be a Uint8Array, got ${typeof message}`);
    const receivers = this.#channels.get(channel);
    if (receivers === undefined) return;
    const sent = Uint8Array.from(message);
    for (const receiver of receivers) queueMicrotask(() => this.#deliver(channel, receiver, Uint8Array.from(sent)));
  }

  async subscribe(channel: string, handlers: BusHandlers): Promise<Subscription> {
    this.#refuseWhenDisposed();
    refuseNonChannel(channel);
    if (typeof handlers?.message !== 'function' || typeof handlers.gap !== 'function') {
      throw new TypeError('handlers must have the functions message and gap');
    }
    const receivers = this.#channels.get(channel) ?? new Set();
    this.#channels.set(channel, receivers);
    const subscription = new LocalSubscription(handlers, () => {
      receivers.delete(subscription);
      if (receivers.size === 0 && this.#channels.get(channel) === receivers) this.#channels.delete(channel);
    });
    receivers.add(subscription);
    return subscription;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const receivers of this.#channels.values()) {
      for (const receiver of receivers) await receiver.close();
    }
  }

  #deliver(channel: string, receiver: LocalSubscription, message: Uint8Array): void {
    const complain = (error: unknown) => this.#logger.error({ err: error, channel }, 'a bus handler threw');
    try {
      const answer: unknown = receiver.handlers?.message(message);
      // An async function fits `message` as well; its rejection is nobody else's.
      if (answer instanceof Promise) answer.catch(complain);
    } catch (error) {
      complain(error);
    }
  }

  #refuseWhenDisposed(): void {
    if (this.#disposed) throw new XcError('XC_BUS_CLOSED', 'the bus is closed');
  }
}

function refuseNonChannel(channel: unknown): void {
  if (typeof channel !== 'string') throw new TypeError(`channel must be a string, got ${typeof channel}`);
}

class LocalSubscription implements Subscription {
  /** `undefined` once closed. */
  handlers: BusHandlers | undefined;
  readonly #leave: () => void;

  constructor(handlers: BusHandlers, leave: () => void) {
    this.handlers = handlers;
    this.#leave = leave;
  }

  async close(): Promise<void> {
    if (this.handlers === undefined) return;
    this.handlers = undefined;
    this.#leave();
  }
}
