import { expect, test } from 'vitest';
import { program } from '../src/acts/program.ts';
import { CommandLineError, readCommandLine } from '../src/command-line.ts';

const read = (...args: string[]) => readCommandLine(args, program);

test('runs the whole program when nothing is said', () => {
  expect(read()).toEqual({ acts: program, json: false, redisUrl: undefined, seed: 1, help: false });
});

test('picks acts by name, in the order of the program', () => {
  expect(read('--act', 'outage').acts.map(({ name }) => name)).toEqual(['outage']);
  expect(read('--act', 'outage', '--act', 'bare').acts.map(({ name }) => name)).toEqual(['bare', 'outage']);
});

test('takes the address of a Redis, a seed and --json', () => {
  expect(read('--redis', 'redis://localhost:6379').redisUrl).toBe('redis://localhost:6379');
  expect(read('--redis=rediss://user:secret@host').redisUrl).toBe('rediss://user:secret@host');
  expect(read('--seed', '42', '--json')).toMatchObject({ seed: 42, json: true });
});

test.each([
  [['--nonsense'], "Unknown option '--nonsense'"],
  [['outage'], "Unexpected argument 'outage'"],
  [['--act'], "Option '--act <value>' argument missing"],
  [['--act', 'finale'], 'no act is called finale; there are bare, pool, cache, outage, abuse, jobs, shards, watch'],
  [['--seed', 'x'], '--seed must be a whole number, got x'],
  [['--seed=-1'], '--seed must be a whole number, got -1'],
  [['--json=yes'], "Option '--json' does not take an argument"],
  [['--redis', 'http://user:secret@host'], '--redis must be a URL that begins with redis:// or rediss://'],
  [['--redis', ''], '--redis must be a URL that begins with redis:// or rediss://'],
])('refuses %j in one clear line', (args, message) => {
  let thrown: unknown;
  try {
    read(...args);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(CommandLineError);
  expect((thrown as Error).message).toBe(message);
});
