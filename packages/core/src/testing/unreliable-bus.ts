import type { Bus, Subscription } from '../bus.ts';
import type { Clock, Timer } from '../clock.ts';
import { checkNumber, checkOptionNames, checkRate } from '../option-checks.ts';
import type { Random } from '../random.ts';
import { systemClock } from '../system-clock.ts';

/** How a bus loses messages, beside how many. */
export interface DroppingOptions {
  /**
   * Whether a subscriber hears of its loss by `gap()`, as a bus tells that knows of it.
   * @defaultValue false
   */
  readonly tell?: boolean;
}

/** How a bus mixes up the order of messages, beside how many. */
export interface ReorderingOptions {
  /**
   * How long a message is held back when no other one comes to overtake it.
   * @defaultValue 100
   */
  readonly holdMs?: number;
  /** @defaultValue `systemClock` */
  readonly clock?: Clock;
}

/**
 * `bus` when it loses messages: each subscriber misses the share `rate` of them, each another one. Publishers notice nothing.
 *
 * @throws TypeError or RangeError when `rate` is not from 0 to 1, or an option is unknown.
 */
export function dropping(bus: Bus, rate: number, random: Random, options: DroppingOptions = {}): Bus {
  checkRate('rate', rate);
  checkOptionNames(options, ['tell']);
  const { tell = false } = options;
  return tampered(bus, (deliver, gap) => ({
    message(bytes) {
      if (random.next() >= rate) deliver(bytes);
      else if (tell) gap();
    },
  }));
}

/**
 * `bus` when it repeats messages: each subscriber gets the share `rate` of them twice.
 *
 * @throws TypeError or RangeError when `rate` is not from 0 to 1.
 */
export function duplicating(bus: Bus, rate: number, random: Random): Bus {
  checkRate('rate', rate);
  return tampered(bus, (deliver) => ({
    message(bytes) {
      // A subscriber may do with its bytes what it likes.
      const again = random.next() < rate ? Uint8Array.from(bytes) : undefined;
      try {
        deliver(bytes);
      } finally {
        if (again !== undefined) deliver(again);
      }
    },
  }));
}

/**
 * `bus` when it mixes up the order of messages: each subscriber gets the share `rate` of them late, behind the next one that
 * comes, or after `holdMs`. None is lost, but for those held back when the subscription is closed.
 *
 * @throws TypeError or RangeError when `rate` is not from 0 to 1, or an option is unknown or out of range.
 */
export function reordering(bus: Bus, rate: number, random: Random, options: ReorderingOptions = {}): Bus {
  checkRate('rate', rate);
  checkOptionNames(options, ['holdMs', 'clock']);
  const { holdMs = 100, clock = systemClock } = options;
  checkNumber('holdMs', holdMs, 0);
  return tampered(bus, (deliver) => {
    const held = new Map<Uint8Array, Timer>();
    const letGo = (bytes: Uint8Array) => {
      held.get(bytes)?.cancel();
      held.delete(bytes);
      try {
        deliver(bytes);
      } catch {
        // A bus keeps what a handler throws to itself; here it would leave through a timer, or take the other messages along.
      }
    };
    return {
      message(bytes) {
        const overtaken = [...held.keys()];
        if (random.next() < rate) {
          held.set(
            bytes,
            clock.after(holdMs, () => letGo(bytes)),
          );
        } else deliver(bytes);
        overtaken.forEach(letGo);
      },
      close() {
        for (const timer of held.values()) timer.cancel();
        held.clear();
      },
    };
  });
}

interface Tampering {
  message(bytes: Uint8Array): void;
  close?(): void;
}

/** A bus whose messages go through `tamper` on their way to each subscriber. */
function tampered(bus: Bus, tamper: (deliver: (bytes: Uint8Array) => void, gap: () => void) => Tampering): Bus {
  return {
    publish: (channel, message) => bus.publish(channel, message),
    async subscribe(channel, handlers): Promise<Subscription> {
      const gap = () => handlers.gap();
      const tampering = tamper((bytes) => handlers.message(bytes), gap);
      const subscription = await bus.subscribe(channel, { message: (bytes) => tampering.message(bytes), gap });
      return {
        async close() {
          tampering.close?.();
          await subscription.close();
        },
      };
    },
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
}
