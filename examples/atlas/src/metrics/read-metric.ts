/** The sum over all series of one metric in a page of the Prometheus text format; 0 when it has none. */
export function readMetric(page: string, name: string): number {
  let sum = 0;
  for (const line of page.split('\n')) {
    if (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) sum += Number(line.slice(line.lastIndexOf(' ')));
  }
  return sum;
}
