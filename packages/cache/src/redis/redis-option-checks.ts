import type { RedisClient } from '@xc/redis';
import type { RedisTierOptions } from './redis-tier-options.ts';

/** @throws TypeError for what is no client of ioredis. Not what it is: a URL has a password in it. */
export function checkClient(client: RedisClient, name = 'client'): void {
  if (typeof client?.status === 'string' && typeof client.evalsha === 'function') return;
  throw new TypeError(`${name} must be a client of ioredis, got ${client === null ? 'null' : typeof client}`);
}

const longest = 1e13;

/** @throws TypeError or RangeError that names the option and what came. */
export function checkRedisTierOptions(options: RedisTierOptions): void {
  checkNames(options, ['prefix', 'deadlineMs', 'codec', 'maxDecodedBytes', 'policy', 'fenceMs', 'maxTtlMs']);
  const { prefix, deadlineMs, codec, maxDecodedBytes, policy, fenceMs, maxTtlMs } = options;
  if (prefix !== undefined) {
    if (typeof prefix !== 'string') throw new TypeError(`prefix must be a text, got ${said(prefix)}`);
    if (/[{}]/.test(prefix)) throw new TypeError(`prefix must have no braces, got ${said(prefix)}`);
  }
  checkMs('deadlineMs', deadlineMs, 2 ** 31 - 1);
  checkMs('fenceMs', fenceMs, longest);
  checkMs('maxTtlMs', maxTtlMs, longest);
  checkMethods('codec', codec, ['encode', 'decode']);
  if (codec !== undefined && !(Number.isInteger(codec.id) && codec.id >= 0 && codec.id < 65_536)) {
    throw new RangeError(`codec.id must be a whole number from 0 to 65535, got ${said(codec.id)}`);
  }
  checkMethods('policy', policy, ['run']);
  if (maxDecodedBytes !== undefined) checkCount('maxDecodedBytes', maxDecodedBytes);
}

/** @throws TypeError for what is no object and for an option that nobody knows. */
export function checkNames(options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${said(options)}`);
  }
  for (const option in options) {
    if (!known.includes(option)) throw new TypeError(`unknown option ${option}: it is one of ${known.join(', ')}`);
  }
}

/** @throws TypeError for what is no number, RangeError for one that is not above 0 and up to `most`. */
export function checkMs(name: string, ms: unknown, most: number): void {
  if (ms === undefined) return;
  if (typeof ms !== 'number') throw new TypeError(`${name} must be a number of milliseconds, got ${said(ms)}`);
  if (!(ms > 0 && ms <= most)) {
    throw new RangeError(`${name} must be greater than 0 and at most ${most}, got ${said(ms)}`);
  }
}

function checkMethods(name: string, value: unknown, methods: readonly string[]): void {
  if (value === undefined) return;
  const able = value as Readonly<Record<string, unknown>> | null;
  if (methods.every((method) => typeof able?.[method] === 'function')) return;
  throw new TypeError(`${name} must have ${methods.join(' and ')}, got ${said(value)}`);
}

function said(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 64 ? `${value.slice(0, 64)}...` : value);
  return typeof value === 'object' || typeof value === 'function'
    ? value === null
      ? 'null'
      : typeof value
    : String(value);
}

/** @throws TypeError for what is no number, RangeError for one that is not a whole number above 0. */
export function checkCount(name: string, count: unknown): void {
  if (typeof count !== 'number') throw new TypeError(`${name} must be a number, got ${said(count)}`);
  if (!(Number.isSafeInteger(count) && count > 0)) {
    throw new RangeError(`${name} must be a positive integer, got ${said(count)}`);
  }
}
