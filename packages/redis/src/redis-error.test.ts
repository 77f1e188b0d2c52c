import { inspect } from 'node:util';
import { XcError } from '@xc/core';
import { expect, test } from 'vitest';
import { isEntryRefused, redisError, timeoutError } from './redis-error.ts';

const SECRET = 's3cr3t';
const script = { script: 'take' };
const command = { command: 'GET' };

function replied(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError', command: { name: 'evalsha', args: ['sha', SECRET] } });
}

test.each([
  // As Redis 7.0 says it
  ["OOM command not allowed when used memory > 'maxmemory'. script: abc, on @user_script:7.", 'XC_REDIS_OOM', true],
  ["READONLY You can't write against a read only replica. script: abc, on @user_script:1.", 'XC_REDIS_READONLY', true],
  // As Redis 6.2 says it
  [
    "ERR Error running script (call to f_abc): @user_script:3: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.",
    'XC_REDIS_OOM',
    true,
  ],
  [
    "ERR Error running script (call to f_abc): @user_script:1: @user_script: 1: -READONLY You can't write against a read only replica.",
    'XC_REDIS_READONLY',
    true,
  ],
  ['LOADING Redis is loading the dataset in memory', 'XC_REDIS_UNAVAILABLE', true],
  ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'XC_REDIS_UNAVAILABLE', true],
  ['CLUSTERDOWN The cluster is down', 'XC_REDIS_UNAVAILABLE', true],
  ['CLUSTERDOWN Hash slot not served', 'XC_REDIS_UNAVAILABLE', true],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'XC_REDIS_UNAVAILABLE', true],
  ['MOVED 3999 127.0.0.1:6381', 'XC_REDIS_UNAVAILABLE', true],
  ['ASK 3999 127.0.0.1:6381', 'XC_REDIS_UNAVAILABLE', true],
  ['NOREPLICAS Not enough good replicas to write.', 'XC_REDIS_UNAVAILABLE', true],
  [
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
    'XC_REDIS_UNAVAILABLE',
    true,
  ],
  [
    'MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk.',
    'XC_REDIS_UNAVAILABLE',
    true,
  ],
  ['ERR max number of clients reached', 'XC_REDIS_UNAVAILABLE', true],
  ['NOAUTH Authentication required.', 'XC_REDIS_UNAVAILABLE', false],
  ['WRONGPASS invalid username-password pair or user is disabled.', 'XC_REDIS_UNAVAILABLE', false],
  ["NOPERM this user has no permissions to run the 'evalsha' command", 'XC_REDIS_UNAVAILABLE', false],
])('knows %j', (message, code, retryable) => {
  const cause = replied(message);
  for (const asked of [script, command]) {
    const error = redisError(cause, asked, true) as XcError;
    expect(error).toMatchObject({ code, retryable, cause, details: asked });
  }
  expect(isEntryRefused(cause)).toBe(!retryable);
});

test.each([
  ['ERR user_script:12: boom s3cr3t script: abc, on @user_script:12.', { reply: 'ERR', line: 12 }],
  [
    'WRONGTYPE Operation against a key holding the wrong kind of value script: abc, on @user_script:4.',
    { reply: 'WRONGTYPE', line: 4 },
  ],
  [
    'ERR Error running script (call to f_abc): @user_script:3: WRONGTYPE Operation against a key s3cr3t',
    { reply: 'WRONGTYPE', line: 3 },
  ],
  [
    "ERR Error compiling script (new function): user_script:2: unexpected symbol near 's3cr3t' ",
    { reply: 'ERR', line: 2 },
  ],
  ['S3CR3T is what the script put first', { reply: 'ERR' }],
  ['s3cr3t', { reply: 'ERR' }],
  ["CROSSSLOT Keys in request don't hash to the same slot", { reply: 'CROSSSLOT' }],
])('tells script and line of %j, and no value', (message, facts) => {
  const error = redisError(replied(message), script, true) as XcError;
  expect(error).toMatchObject({ code: 'XC_REDIS_SCRIPT', retryable: false });
  expect(error.details).toEqual({ script: 'take', ...facts });
  const { cause, ...told } = { ...error, text: error.message, json: JSON.stringify(error), cause: error.cause };
  expect(inspect(told, { depth: 9 }).toLowerCase()).not.toContain(SECRET);
  expect(cause).toHaveProperty('command', { name: 'evalsha' });
});

test('tells of a plain command what the server answered', () => {
  const error = redisError(replied('WRONGTYPE Operation against a key'), command, true) as XcError;
  expect(error).toMatchObject({
    code: 'XC_REDIS_COMMAND',
    message: 'command GET: Redis answered with WRONGTYPE',
    details: { command: 'GET', reply: 'WRONGTYPE' },
    retryable: false,
  });
});

test.each([
  'Connection is closed.',
  "Stream isn't writeable and enableOfflineQueue options is false",
  'Reached the max retries per request limit (which is 1). Refer to "maxRetriesPerRequest" option for details.',
  'Too many Cluster redirections. Last error: ReplyError: MOVED 1 host:1',
  'None of startup nodes is available',
  'connect ECONNREFUSED 127.0.0.1:6379',
])('takes %j for a server that cannot be reached, and tells whether the call was sent', (message) => {
  const cause = new Error(message);
  for (const sent of [true, false]) {
    expect(redisError(cause, script, sent)).toMatchObject({
      code: 'XC_REDIS_UNAVAILABLE',
      retryable: true,
      cause,
      details: { sent },
    });
  }
});

test('takes the time-out of the client for what it is', () => {
  const cause = new Error('Command timed out');
  expect(redisError(cause, command, true)).toMatchObject({ code: 'XC_REDIS_TIMEOUT', cause, details: { sent: true } });
});

test('leaves errors that are not of Redis as they are', () => {
  for (const error of [new TypeError('wrong'), new XcError('XC_OTHER', 'other'), 'text', undefined]) {
    expect(redisError(error, script, true)).toBe(error);
  }
});

test('hides the arguments of a failure within a failure', () => {
  const lastNodeError = replied('WRONGPASS invalid');
  const cause = Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError });
  expect(inspect(timeoutError(command, 10, false, cause), { depth: 9 })).not.toContain(SECRET);
});
