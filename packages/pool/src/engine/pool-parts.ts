import { Agenda } from './agenda.ts';
import { EventFeed } from './event-feed.ts';
import { PoolMetrics } from './pool-metrics.ts';
import type { PoolSettings } from './settings.ts';

/** What an engine works with; several pools may share it. */
export interface PoolParts {
  readonly settings: PoolSettings;
  readonly agenda: Agenda;
  readonly metrics: PoolMetrics;
  readonly feed: EventFeed;
}

/** The parts of a pool that stands alone. */
export function poolParts(settings: PoolSettings): PoolParts {
  return {
    settings,
    agenda: new Agenda(settings.clock),
    metrics: new PoolMetrics(settings.meter, settings.name),
    feed: new EventFeed(settings.name, settings.logger),
  };
}
