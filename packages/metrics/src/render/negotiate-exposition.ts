import type { ExpositionFormat } from '../exposition.ts';
import { type AcceptedItem, parseAccept } from './parse-accept.ts';

/** The versions of OpenMetrics that 1.0 serves. */
const versions = ['1.0.0', '0.0.1'];

/**
 * The format for an `Accept` header: OpenMetrics when the header names it with version 1.0.0, 0.0.1 or none, and does not prefer
 * a `text/plain` that it names; text otherwise. Wildcards name nothing. Takes anything and never throws.
 */
export function negotiateExposition(accept: string | undefined): ExpositionFormat {
  const items = parseAccept(accept);
  const weightOf = (fits: (item: AcceptedItem) => boolean) =>
    items.filter(fits).reduce((most, { weight }) => Math.max(most, weight), 0);
  const openMetrics = weightOf(
    ({ value, parameters }) =>
      value === 'application/openmetrics-text' && versions.includes(parameters.get('version') ?? '1.0.0'),
  );
  const text = weightOf(({ value }) => value === 'text/plain');
  return openMetrics > 0 && openMetrics >= text ? 'openmetrics' : 'text';
}

/** Whether an `Accept-Encoding` header takes gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const items = parseAccept(acceptEncoding);
  const named = items.filter(({ value }) => value === 'gzip' || value === 'x-gzip');
  const meant = named.length > 0 ? named : items.filter(({ value }) => value === '*');
  return meant.some(({ weight }) => weight > 0);
}
