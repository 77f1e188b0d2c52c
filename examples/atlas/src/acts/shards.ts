import type { LineChart } from '../report/chart.ts';
import { openCityShards } from '../shards/city-shards.ts';
import { type Growth, growAndShrink } from '../shards/grow-and-shrink.ts';
import type { Errand } from '../shards/town-clerks.ts';
import { percentile } from '../statistics/percentile.ts';
import { slots } from '../statistics/slots.ts';
import type { Act, Figure } from './act.ts';

const PER_SECOND = 500;

/** The cities over four databases, a fifth that comes while they are read and written, and the way back. */
export const shards: Act = {
  name: 'shards',
  shows:
    'The cities live in four databases, five hundred reads and writes come every second, and a fifth database is added: its share of the cities moves there while everything goes on. Then it is taken back. A checker that has seen every read and write says whether anything was lost or is there twice.',
  promises: [
    { says: 'no city is lost, nor anything written', figure: 'lost', holds: (n) => n === 0 },
    { says: 'no city is there twice', figure: 'duplicated', holds: (n) => n === 0 },
    { says: 'no read and no write fails', figure: 'failed', holds: (n) => n === 0 },
    { says: 'no more moves than the ideal and one partition', figure: 'beyondIdeal', holds: (n) => n <= 1 },
    { says: 'no partition stops writes for longer than a second', figure: 'writeStopMs', holds: (ms) => ms <= 1_000 },
    { says: 'everything is where it was after reverse', figure: 'notBack', holds: (n) => n === 0 },
  ],
  async run(stage) {
    stage.say('PostgreSQL starts, and the cities are spread over four of five databases');
    await using cities = await openCityShards();
    const growth = await growAndShrink(stage, cities, PER_SECOND);
    return { figures: figuresOf(growth, cities.places.length), charts: [chartOf(growth)] };
  },
};

function figuresOf(growth: Growth, cities: number): readonly Figure[] {
  const { plan, partitions, there, back, spans, errands, lost, duplicated, notBack } = growth;
  const [, way, wayBack] = spans;
  const moves = plan.moves.length;
  const copied = there.moves.reduce((sum, { rowsCopied }) => sum + rowsCopied, 0);
  const stops = [...there.moves, ...back.moves].map(({ fencedMs }) => fencedMs);
  return [
    count('cities', 'cities', cities),
    count('moved', 'cities that moved', copied),
    { name: 'movedShare', says: 'of all cities', unit: 'ratio', value: copied / cities },
    { name: 'idealShare', says: 'the share of one of five', unit: 'ratio', value: 1 / 5 },
    count('beyondIdeal', 'partitions moved beyond that', Math.max(0, moves - partitions / 5)),
    { name: 'movedMs', says: 'until the fifth had them', unit: 'ms', value: way.toMs - way.fromMs },
    { name: 'reversedMs', says: 'until it had given them back', unit: 'ms', value: wayBack.toMs - wayBack.fromMs },
    { name: 'writeStopMs', says: 'the longest stop of writes to a partition', unit: 'ms', value: Math.max(...stops) },
    waiting('readP99Ms', 'p99 of reads, and before anything moved', growth, 'read'),
    waiting('writeP99Ms', 'p99 of writes, and before anything moved', growth, 'write'),
    count('errands', 'reads and writes', errands.length),
    count('failed', 'of them failed', errands.filter(({ failed }) => failed).length),
    count('failedMoves', 'moves that failed', [...there.moves, ...back.moves].filter(isFailed).length),
    count('lost', 'lost, by the checker', lost),
    count('duplicated', 'duplicated, by the checker', duplicated),
    count('notBack', 'partitions and cities elsewhere than they were', notBack),
  ];
}

function isFailed({ phase }: { readonly phase: string }): boolean {
  return phase === 'failed';
}

function count(name: string, says: string, value: number): Figure {
  return { name, says, unit: 'count', value };
}

function waiting(name: string, says: string, { errands, spans }: Growth, kind: Errand['kind']): Figure {
  const [quiet] = spans;
  const own = errands.filter((errand) => errand.kind === kind);
  const p99 = (some: readonly Errand[]) =>
    percentile(
      some.map(({ latencyMs }) => latencyMs),
      0.99,
    );
  return {
    ...{ name, says, unit: 'ms' },
    value: p99(own.filter(({ atMs }) => atMs >= quiet.toMs)),
    before: p99(own.filter(({ atMs }) => atMs < quiet.toMs)),
  };
}

const SLOT_MS = 250;

function chartOf({ errands, spans }: Growth): LineChart {
  const [, way, wayBack] = spans;
  const endMs = wayBack.toMs;
  const line = (kind: Errand['kind'], share: number) =>
    slots(
      errands.filter((errand) => errand.kind === kind),
      ({ atMs }) => atMs,
      SLOT_MS,
      endMs,
    ).map(({ from, items }) => ({
      atMs: from + SLOT_MS / 2,
      ms: percentile(
        items.map(({ latencyMs }) => latencyMs),
        share,
      ),
    }));
  return {
    kind: 'lines',
    title: 'How long reads and writes take while cities move',
    note: 'From the moment at which each was due: the longest (bold) and the p50 of every quarter of a second. Logarithmic.',
    endMs,
    spans: [way, wayBack],
    lines: [
      { name: 'p50 of reads', tone: 'before', thin: true, points: line('read', 0.5) },
      { name: 'longest read', tone: 'before', points: line('read', 1) },
      { name: 'p50 of writes', tone: 'after', thin: true, points: line('write', 0.5) },
      { name: 'longest write', tone: 'after', points: line('write', 1) },
    ],
  };
}
