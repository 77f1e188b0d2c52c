import type { TimingRecord } from './timing-record.ts';
import type { BottleneckReport, BottleneckRow } from './timings.ts';

/** The records as rows, by self time, most first; names that have not ended once are left out. */
export function bottleneckReport(records: ReadonlyMap<string, TimingRecord>): BottleneckReport {
  const all = [...records.values()].reduce((sum, { selfMs }) => sum + selfMs, 0);
  const rows = [...records]
    .filter(([, { calls }]) => calls > 0)
    .map(([name, record]) => rowOf(name, record, all))
    .sort((a, b) => b.selfMs - a.selfMs);
  return { rows, toMarkdown: () => table(rows) };
}

function rowOf(name: string, { calls, errors, totalMs, selfMs, quantiles }: TimingRecord, all: number): BottleneckRow {
  return {
    name,
    calls,
    errors,
    totalMs,
    selfMs,
    meanMs: totalMs / calls,
    p50Ms: quantiles.quantile(0.5),
    p95Ms: quantiles.quantile(0.95),
    p99Ms: quantiles.quantile(0.99),
    maxMs: quantiles.max,
    share: all === 0 ? 0 : selfMs / all,
  };
}

function table(rows: readonly BottleneckRow[]): string {
  const head = '| name | share | self ms | total ms | calls | errors | mean ms | p50 ms | p95 ms | p99 ms | max ms |';
  const lines = rows.map(({ name, share, selfMs, totalMs, calls, errors, meanMs, p50Ms, p95Ms, p99Ms, maxMs }) => {
    const times = [meanMs, p50Ms, p95Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2));
    const cells = [
      cell(name),
      `${(share * 100).toFixed(1)} %`,
      selfMs.toFixed(1),
      totalMs.toFixed(1),
      calls,
      errors,
      ...times,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [head, `|${' --- |'.repeat(11)}`, ...lines, ''].join('\n');
}

/** A name with a bar or a line end would be two cells or two rows. */
function cell(name: string): string {
  return name.replaceAll('|', '\\|').replaceAll(/[\r\n]+/g, ' ');
}
