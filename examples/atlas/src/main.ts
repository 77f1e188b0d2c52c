import { cpus } from 'node:os';
import { systemClock } from '@xc/core';
import type { Act } from './acts/act.ts';
import { program } from './acts/program.ts';
import { type OpenStage, openStage } from './acts/stage.ts';
import { verdicts } from './acts/verdict.ts';
import { CommandLineError, type DemoOptions, readCommandLine, usage } from './command-line.ts';
import { attribution } from './data/geonames.ts';
import { createLiveLine, type LiveLine, type Screen } from './progress/live-line.ts';
import { allHeld, type Outcome, type Played } from './report/outcome.ts';
import { printJson } from './report/print-json.ts';
import { printTable } from './report/print-table.ts';
import { reportFile, writeReport } from './report/write-report.ts';
import { untilStopped } from './stop-signals.ts';

export interface Surroundings {
  readonly acts?: readonly Act[];
  readonly out?: Screen;
  readonly err?: Screen;
  /** Where the report is written. @defaultValue `report.html` beside the sources */
  readonly report?: string;
}

/**
 * Runs the demo and returns its exit code: 0 when every promise was held, 1 when one was not, 2 for a wrong command
 * line, 130 after Ctrl-C.
 */
export async function main(args: readonly string[], surroundings: Surroundings = {}): Promise<number> {
  const { acts = program, out = process.stdout, err = process.stderr, report = reportFile } = surroundings;
  let options: DemoOptions;
  try {
    options = readCommandLine(args, acts);
  } catch (error) {
    if (!(error instanceof CommandLineError)) throw error;
    err.write(`${error.message} (--help lists the options)\n`);
    return 2;
  }
  if (options.help) {
    out.write(usage(acts));
    return 0;
  }
  const screen = options.json ? err : out;
  const redis = options.redisUrl === undefined ? undefined : withoutPassword(options.redisUrl);
  if (!options.json)
    out.write(`Atlas, a city guide over 135,233 places. ${attribution}.\n${sayRedis(redis, options.acts)}.\n\n`);
  const line = options.json && !err.isTTY ? silent : createLiveLine(screen, systemClock);

  using stop = untilStopped();
  const played = await play(options, stop.signal, line);
  line.clear();
  if (stop.signal.aborted) {
    err.write('stopped\n');
    return stop.exitCode;
  }
  const outcome: Outcome = { played, seed: options.seed, machine: machine(), at: new Date(systemClock.now()) };
  await writeReport(outcome, report);
  out.write(options.json ? printJson(outcome, redis) : `\n${printTable(outcome)}\nThe report with charts: ${report}\n`);
  return allHeld(outcome) ? 0 : 1;
}

async function play({ acts, seed, redisUrl }: DemoOptions, signal: AbortSignal, line: LiveLine): Promise<Played[]> {
  await using stage = openStage({ clock: systemClock, seed, redisUrl, signal, line });
  const played: Played[] = [];
  for (const act of acts) {
    if (!signal.aborted) played.push(await playOne(act, stage));
  }
  return played;
}

async function playOne(act: Act, stage: OpenStage): Promise<Played> {
  await using own = stage.act(act.name);
  try {
    const performance = await act.run(own);
    return { act, performance, failure: undefined, verdicts: verdicts(act, performance) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { act, performance: undefined, failure, verdicts: verdicts(act, undefined) };
  }
}

function sayRedis(redis: string | undefined, acts: readonly Act[]): string {
  const users = acts.filter(({ usesRedis }) => usesRedis === true).map(({ name }) => name);
  if (redis === undefined) return 'No Redis given: an act that shows one starts its own, where there is a redis-server';
  if (users.length > 0) return `Redis at ${redis}: used by ${users.join(', ')}`;
  return `Redis at ${redis}: no engine of these acts uses one, so nothing is asked of it`;
}

function withoutPassword(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

function machine(): string {
  const [first] = cpus();
  return `Node ${process.versions.node}, ${cpus().length} cores${first === undefined ? '' : ` of ${first.model.trim()}`}`;
}

const silent: LiveLine = { show() {}, note() {}, clear() {} };
