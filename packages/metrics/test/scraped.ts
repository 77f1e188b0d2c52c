import type { Metrics } from '../src/metrics.ts';
import { type ParsedFamily, parseExposition } from '../src/testing/index.ts';

/** The `Accept` header of a server that knows OpenMetrics. */
export const openMetrics = 'application/openmetrics-text;version=1.0.0';

/** The whole exposition as text. */
export async function textOf(metrics: Metrics, accept = 'text/plain'): Promise<string> {
  return new TextDecoder().decode((await metrics.scrape({ accept })).body);
}

/** The whole exposition, read back by the strict parser. */
export async function familiesOf(
  metrics: Metrics,
  format: 'text' | 'openmetrics' = 'text',
): Promise<readonly ParsedFamily[]> {
  return parseExposition(await textOf(metrics, format === 'text' ? 'text/plain' : openMetrics), format);
}
