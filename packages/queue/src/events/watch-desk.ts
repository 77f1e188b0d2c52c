import { type Subscription, XcError } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import { abortSignal, oneOf, refuseUnknown } from '../option-checks.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import type { QueueEvents } from './queue-events.ts';
import { checkQueueEvents, Watchers } from './watchers.ts';

/** What watching needs of its queue. */
export interface WatchHome {
  readonly settings: QueueSettings;
  readonly engine: EngineQueue;
}

/** Lets callers watch: what this queue object does, or what all processes do, for as long as somebody wants that. */
export class WatchDesk {
  readonly #home: WatchHome;
  /** Of this queue object. */
  readonly own: Watchers;
  /** Of all processes. */
  readonly overall: Watchers;

  constructor(home: WatchHome) {
    this.#home = home;
    this.own = new Watchers(home.settings.logger);
    this.overall = new Watchers(home.settings.logger);
  }

  watch(
    events: QueueEvents,
    options: { readonly scope?: 'process' | 'all' | undefined; readonly signal?: AbortSignal | undefined } = {},
  ): Subscription {
    checkQueueEvents(events);
    refuseUnknown(options, ['scope', 'signal']);
    const { scope = 'process', signal } = options;
    oneOf('scope', scope, ['process', 'all']);
    abortSignal(signal)?.throwIfAborted();
    if (scope === 'all' && this.#home.engine.keepsEvents === false) throw unsupported();
    const abort = () => void subscription.close();
    const unlink = () => signal?.removeEventListener('abort', abort);
    const subscription = scope === 'process' ? this.own.add(events, unlink) : this.#watchAll(events, unlink);
    signal?.addEventListener('abort', abort, { once: true });
    return subscription;
  }

  /** Ends every subscription. */
  close(): void {
    this.own.close();
    this.overall.close();
  }

  #watchAll(events: QueueEvents, unlink: () => void): Subscription {
    const first = this.overall.size === 0;
    const subscription = this.overall.add(events, () => {
      unlink();
      if (this.overall.size === 0) this.#switch(false);
    });
    if (first) this.#switch(true);
    return subscription;
  }

  #switch(on: boolean): void {
    this.#home.engine.control('watch', { on }).catch((err: unknown) => {
      const { logger, name } = this.#home.settings;
      // Whoever watches has to know that nothing may come.
      if (on) logger.error({ err, queue: name }, 'events of all processes cannot be watched');
      if (on) this.overall.gap();
    });
  }
}

function unsupported(): XcError<'XC_QUEUE_UNSUPPORTED'> {
  const message = "watching with scope: 'all' needs an engine that keeps events: redisEngine(client, { events })";
  return new XcError('XC_QUEUE_UNSUPPORTED', message, { details: { feature: 'events' } });
}
