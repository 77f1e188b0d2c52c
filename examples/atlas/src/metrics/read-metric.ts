/**
 * The sum over all series of one metric in a page of the Prometheus text format, or over those that carry this label
 * (`source="local"`); 0 when it has none.
 */
export function readMetric(page: string, name: string, label = ''): number {
  let sum = 0;
  for (const line of page.split('\n')) {
    const isSeries = line.startsWith(`${name} `) || line.startsWith(`${name}{`);
    if (isSeries && line.includes(label)) sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}
