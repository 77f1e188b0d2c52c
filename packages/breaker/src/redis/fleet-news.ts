import { type Bus, jsonCodec, type Logger, type Subscription } from '@xc/core';
import { maxInteger } from '../options.ts';

/** A fleet has opened. */
export interface FleetNews {
  /** Who says so. */
  readonly instance: string;
  readonly name: string;
  readonly openForMs: number;
  readonly epoch: number;
}

/**
 * Carries the news of an open fleet over the bus. Nothing depends on it: who misses a message, or has not been able to
 * subscribe, learns the same from Redis with its next round.
 */
export class NewsChannel {
  readonly #bus: Bus;
  readonly #channel: string;
  readonly #logger: Logger;
  readonly #hear: (news: FleetNews) => void;
  #subscription: Promise<Subscription> | undefined;
  #closed = false;

  constructor(bus: Bus, channel: string, logger: Logger, hear: (news: FleetNews) => void) {
    this.#bus = bus;
    this.#channel = channel;
    this.#logger = logger;
    this.#hear = hear;
  }

  /** Subscribes, unless it has; one that failed is tried again by the next call. */
  listen(): void {
    if (this.#subscription !== undefined || this.#closed) return;
    const handlers = { message: (bytes: Uint8Array) => this.#read(bytes), gap() {} };
    const subscription = subscribed(this.#bus, this.#channel, handlers);
    this.#subscription = subscription;
    subscription.catch((error: unknown) => {
      this.#subscription = undefined;
      this.#complain(error, 'cannot subscribe to the news of the fleet');
    });
  }

  /** Tells the others. */
  async tell(news: FleetNews): Promise<void> {
    try {
      await this.#bus.publish(this.#channel, jsonCodec.encode(news));
    } catch (error) {
      this.#complain(error, 'cannot publish the news of the fleet');
    }
  }

  /** Hears nothing from now on. */
  async close(): Promise<void> {
    this.#closed = true;
    try {
      await (await this.#subscription)?.close();
    } catch (error) {
      this.#complain(error, 'cannot unsubscribe from the news of the fleet');
    }
  }

  #read(bytes: Uint8Array): void {
    if (this.#closed) return;
    let news: unknown;
    try {
      news = jsonCodec.decode(bytes);
    } catch (error) {
      this.#complain(error, 'something on the channel is no news of a fleet');
      return;
    }
    if (isNews(news)) this.#hear(news);
  }

  #complain(error: unknown, message: string): void {
    this.#logger.warn({ err: error, channel: this.#channel }, message);
  }
}

// A bus that throws instead of rejecting does no harm either.
async function subscribed(...[bus, ...what]: [Bus, ...Parameters<Bus['subscribe']>]): Promise<Subscription> {
  return bus.subscribe(...what);
}

function isNews(news: unknown): news is FleetNews {
  const { instance, name, openForMs, epoch } = (news ?? {}) as Partial<FleetNews>;
  const texts = typeof instance === 'string' && typeof name === 'string';
  const opens = Number.isInteger(openForMs) && (openForMs as number) > 0 && (openForMs as number) <= maxInteger;
  return texts && opens && Number.isSafeInteger(epoch);
}
