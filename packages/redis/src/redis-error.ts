import { isXcError, XcError } from '@xc/core';
import { withoutArguments } from './without-arguments.ts';

/** The codes of every error that this package raises at run time. */
export type RedisErrorCode =
  | 'XC_REDIS_TIMEOUT'
  | 'XC_REDIS_UNAVAILABLE'
  | 'XC_REDIS_READONLY'
  | 'XC_REDIS_OOM'
  | 'XC_REDIS_SCRIPT'
  | 'XC_REDIS_COMMAND';

/** What was asked of Redis: a script by its name, or a command. */
export type Asked = { readonly script: string } | { readonly command: string };

/** An answer that did not come in time. `sent` is false when the call surely never left this process. */
export function timeoutError(
  asked: Asked,
  deadlineMs: number,
  sent: boolean,
  cause: Error | undefined,
): XcError<RedisErrorCode> {
  const message = `${nameOf(asked)} was not answered by Redis within ${deadlineMs} ms`;
  return new XcError('XC_REDIS_TIMEOUT', message, {
    details: { ...asked, deadlineMs, sent },
    retryable: true,
    ...(cause && { cause: withoutArguments(cause) }),
  });
}

/** What was never sent, since the tries to connect have failed until it was too late. */
export function unreachedError(asked: Asked, cause: Error): XcError<RedisErrorCode> {
  return new XcError('XC_REDIS_UNAVAILABLE', `${nameOf(asked)}: Redis cannot be reached`, {
    details: { ...asked, sent: false },
    retryable: true,
    cause: withoutArguments(cause),
  });
}

/** Whether the server does not let the client in: trying again will not help. */
export function isEntryRefused(error: Error): boolean {
  return refusals.get(firstWord(error.message))?.retryable === false;
}

/**
 * What a failure of the client or of the server means. Messages and details carry the name of the script or command,
 * never a key, an argument or a value; the original stands in `cause`, without the arguments that the client library
 * attaches to it.
 */
export function redisError(error: unknown, asked: Asked, sent: boolean): unknown {
  if (!(error instanceof Error) || isXcError(error) || error instanceof TypeError) return error;
  const cause = withoutArguments(error);
  const name = nameOf(asked);
  const fail = (code: RedisErrorCode, message: string, retryable: boolean, facts?: Record<string, unknown>): XcError =>
    new XcError(code, message, { cause, details: { ...asked, ...facts }, retryable });

  if (error.message === 'Command timed out') {
    return fail('XC_REDIS_TIMEOUT', `${name}: the client gave up waiting for Redis`, true, { sent });
  }
  const reply = replyCodeOf(error);
  if (reply === undefined) return fail('XC_REDIS_UNAVAILABLE', `${name}: Redis cannot be reached`, true, { sent });
  switch (reply) {
    case 'READONLY':
      return fail('XC_REDIS_READONLY', `${name}: the server is a replica now, a failover may be under way`, true);
    case 'OOM':
      return fail('XC_REDIS_OOM', `${name}: Redis is out of memory`, true);
    default:
  }
  const refusal = refusals.get(reply);
  if (refusal) return fail('XC_REDIS_UNAVAILABLE', `${name}: ${refusal.why}`, refusal.retryable, { reply });
  if (!('script' in asked)) {
    return fail('XC_REDIS_COMMAND', `${name}: Redis answered with ${reply}`, false, { reply });
  }
  const line = lineOf(error.message);
  const where = line === undefined ? '' : ` at line ${line}`;
  return fail('XC_REDIS_SCRIPT', `${name} failed${where}`, false, { reply, ...(line === undefined ? {} : { line }) });
}

interface Refusal {
  readonly why: string;
  readonly retryable: boolean;
}

const refusals: ReadonlyMap<string, Refusal> = new Map([
  ['LOADING', { why: 'Redis is loading its data', retryable: true }],
  ['MASTERDOWN', { why: 'the replica has lost its master', retryable: true }],
  ['CLUSTERDOWN', { why: 'the cluster does not serve all slots', retryable: true }],
  ['TRYAGAIN', { why: 'the slot is being moved', retryable: true }],
  ['MOVED', { why: 'the slot has moved', retryable: true }],
  ['ASK', { why: 'the slot is being moved', retryable: true }],
  ['BUSY', { why: 'Redis is busy with a script', retryable: true }],
  ['NOREPLICAS', { why: 'Redis has too few replicas to write', retryable: true }],
  ['MISCONF', { why: 'Redis cannot save to disk and refuses writes', retryable: true }],
  ['NOAUTH', { why: 'Redis wants a password', retryable: false }],
  ['WRONGPASS', { why: 'Redis does not accept the password', retryable: false }],
  ['NOPERM', { why: 'the user may not do this', retryable: false }],
  ['DENIED', { why: 'Redis lets nobody in from outside', retryable: false }],
]);

/** Replies whose code may be told; any other first word could be a value that a script put there. */
const told: ReadonlySet<string> = new Set(['WRONGTYPE', 'CROSSSLOT', 'NOSCRIPT', 'NOPROTO', 'EXECABORT', 'BUSYKEY']);

function replyCodeOf(error: Error): string | undefined {
  const { message } = error;
  if (message.startsWith('Too many Cluster redirections')) return undefined;
  if (error.name !== 'ReplyError') return undefined;
  if (message.startsWith('ERR max number of clients')) return undefined;
  const first = firstWord(message);
  // Before 7.0 an error inside a script hides behind the place: '... @user_script: 3: -OOM command not allowed'.
  const inner = /@user_script: ?\d+: (?:@user_script: ?\d+: )?-?([A-Z]+) /.exec(message)?.[1];
  const word = first === 'ERR' && inner !== undefined ? inner : first;
  return word === 'READONLY' || word === 'OOM' || refusals.has(word) || told.has(word) ? word : 'ERR';
}

function firstWord(message: string): string {
  const space = message.indexOf(' ');
  return space === -1 ? message : message.slice(0, space);
}

/** 7.0: 'ERR ... script: <sha>, on @user_script:3.'; 6.2: '... @user_script:3: ...'; not compiled: 'user_script:3:'. */
function lineOf(message: string): number | undefined {
  const line = (/on @user_script:(\d+)\.?$/.exec(message) ?? /user_script: ?(\d+):/.exec(message))?.[1];
  return line === undefined ? undefined : Number(line);
}

function nameOf(asked: Asked): string {
  return 'script' in asked ? `script ${JSON.stringify(asked.script)}` : `command ${asked.command}`;
}
