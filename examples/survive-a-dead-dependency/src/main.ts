import { createInterface, emitKeypressEvents } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { guardedClient } from './clients/guarded.ts';
import { listen } from './listen.ts';
import { load, p95, type Sample } from './load.ts';
import { createService } from './service.ts';
import { createUpstream, type Mood } from './upstream.ts';

const keys: Readonly<Record<string, Mood>> = { w: 'well', s: 'slow', e: 'errors', h: 'hang' };

const upstream = createUpstream();
const client = guardedClient(await listen(upstream.server));
const service = await listen(createService(client));
const stop = new AbortController();
let recent: (Sample & { readonly seenAt: number })[] = [];

console.log(`our service: ${service}/articles/7/review, 20 requests a second`);
if (process.stdin.isTTY) {
  console.log('the upstream: w well, s slow, e errors, h hangs; q quits\n');
  emitKeypressEvents(process.stdin, createInterface({ input: process.stdin, escapeCodeTimeout: 50 }));
  process.stdin.setRawMode(true);
  process.stdin.on('keypress', (_text, key: { name?: string; ctrl?: boolean }) => {
    if (key.name === 'q' || (key.ctrl === true && key.name === 'c')) stop.abort();
    upstream.mood = keys[key.name ?? ''] ?? upstream.mood;
  });
} else {
  console.log('no terminal, no keys: the upstream dies after 2 s and is well again after 7\n');
  void sleep(2_000).then(() => {
    upstream.mood = 'hang';
  });
  void sleep(7_000).then(() => {
    upstream.mood = 'well';
  });
  void sleep(10_000).then(() => stop.abort());
}

setInterval(show, process.stdout.isTTY ? 200 : 1_000).unref();
await load(service, {
  perSecond: 20,
  lengthMs: Number.POSITIVE_INFINITY,
  signal: stop.signal,
  onSample: (sample) => recent.push({ ...sample, seenAt: performance.now() }),
});
process.exit();

function show(): void {
  recent = recent.filter(({ seenAt }) => seenAt > performance.now() - 2_000);
  const share = (result: Sample['result']) =>
    Math.round((100 * recent.filter((sample) => sample.result === result).length) / Math.max(1, recent.length));
  const parts = [
    `upstream ${upstream.mood}`,
    ...client.facts(),
    `p95 ${p95(recent).toFixed(0)} ms`,
    `${share('stale')} % stale, ${share('error')} % errors`,
  ];
  const text = parts.join('  |  ');
  process.stdout.write(process.stdout.isTTY ? `\r\u001b[K${text.slice(0, process.stdout.columns - 1)}` : `${text}\n`);
}
