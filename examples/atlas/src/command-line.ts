import { parseArgs } from 'node:util';
import type { Act } from './acts/act.ts';

export interface DemoOptions {
  /** Which acts to run; all of them when none was named. */
  readonly acts: readonly Act[];
  readonly json: boolean;
  readonly redisUrl: string | undefined;
  readonly seed: number;
  readonly help: boolean;
}

/** What is wrong with the command line, in one line. */
export class CommandLineError extends Error {
  static {
    this.prototype.name = 'CommandLineError';
  }
}

export function usage(program: readonly Act[]): string {
  return `npm run demo -- [options]

  --act <name>     run this act only (may be given again): ${program.map(({ name }) => name).join(', ')}
  --json           print the figures as JSON and nothing else (npm run --silent demo -- --json)
  --redis <url>    use this Redis (redis://host) for every engine that has one
  --seed <number>  other visitors at other times; the same for the same seed (default 1)
  --help           print this
`;
}

/** @throws CommandLineError */
export function readCommandLine(args: readonly string[], program: readonly Act[]): DemoOptions {
  const { act = [], json = false, redis, seed = '1', help = false } = parse(args);
  if (!/^\d{1,9}$/.test(seed)) throw new CommandLineError(`--seed must be a whole number, got ${seed}`);
  const redisUrl = redis === undefined ? undefined : checkedRedisUrl(redis);
  return { acts: chosen(act, program), json, redisUrl, seed: Number(seed), help };
}

function parse(args: readonly string[]) {
  const known = {
    act: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    redis: { type: 'string' },
    seed: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options: known }).values;
  } catch (error) {
    const [sentence = 'the options are wrong'] = error instanceof Error ? error.message.split(/\.\s|\n/) : [];
    throw new CommandLineError(sentence);
  }
}

function chosen(names: readonly string[], program: readonly Act[]): readonly Act[] {
  for (const name of names) {
    if (program.some((act) => act.name === name)) continue;
    throw new CommandLineError(`no act is called ${name}; there are ${program.map((act) => act.name).join(', ')}`);
  }
  return names.length === 0 ? program : program.filter(({ name }) => names.includes(name));
}

function checkedRedisUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'redis:' || url?.protocol === 'rediss:') return text;
  // The text may hold a password, so it is not repeated.
  throw new CommandLineError('--redis must be a URL that begins with redis:// or rediss://');
}
