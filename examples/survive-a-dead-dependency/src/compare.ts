import { bareClient } from './clients/bare.ts';
import { budgetClient } from './clients/budget.ts';
import type { Client } from './clients/client.ts';
import { guardedClient } from './clients/guarded.ts';
import { opossumClient } from './clients/opossum.ts';
import { outage } from './outage.ts';

const clients: readonly (readonly [name: string, clientFor: (upstream: string) => Client])[] = [
  ['bare: timeout, 3 attempts', bareClient],
  ['the same with a retry budget', budgetClient],
  ['opossum, 3 attempts', opossumClient],
  ['@xc/breaker', guardedClient],
];
const story = { perSecond: 20, healthyMs: 2_000, outageMs: 6_000, afterMs: 3_000, mood: 'hang' } as const;

console.log(
  `${story.perSecond} requests a second; after ${story.healthyMs / 1_000} s the upstream hangs for ${story.outageMs / 1_000} s.\n`,
);
const results = await Promise.all(clients.map(([, clientFor]) => outage(clientFor, story)));
const rows = results.map((result, index) => [
  clients[index]?.[0] ?? '',
  `${result.reached}`,
  `${result.amplification.toFixed(2)} x`,
  `${result.p95Ms.toFixed(0)} ms`,
  `${(result.errorRate * 100).toFixed(0)} %`,
  `${(result.recoveredMs / 1_000).toFixed(2)} s`,
]);
const head = ['client', 'calls that reached it', 'per request', 'p95', 'errors', 'recovered after'];
const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
const line = (cells: readonly string[]) =>
  cells
    .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
    .join('  ');
console.log([line(head), ...rows.map(line)].join('\n'));
// What still hangs in the sockets of the dead upstream is nobody's business any more.
process.exit();
