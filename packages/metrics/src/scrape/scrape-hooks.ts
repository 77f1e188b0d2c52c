import type { Metrics } from '../metrics.ts';

/** Hears when a scrape begins to read and when it has written everything, so that it can leave the scrape out of its own figures. */
export interface ScrapeListener {
  ended(): void;
}

/** Where a Metrics of ours takes listeners; in the global registry, so that both copies of this package agree. */
export const scrapeHooks = Symbol.for('@xc/metrics/scrape-hooks');

/** A Metrics that takes listeners. */
export interface HookedMetrics {
  readonly [scrapeHooks]: Set<ScrapeListener>;
}

/** Calls the listener after each scrape until cancelled; does nothing on a Metrics that is not ours. */
export function onScrape(metrics: Metrics, listener: ScrapeListener): { cancel(): void } {
  const listeners = (metrics as Partial<HookedMetrics>)[scrapeHooks];
  listeners?.add(listener);
  return { cancel: () => void listeners?.delete(listener) };
}

/** Where a Metrics of ours can be asked to collect without a scrape. */
export const collectHook = Symbol.for('@xc/metrics/collect');

/** Runs the collectors as a scrape would; at once on a Metrics that is not ours. */
export async function collectNow(metrics: Metrics): Promise<void> {
  await (metrics as { readonly [collectHook]?: () => Promise<void> })[collectHook]?.();
}
