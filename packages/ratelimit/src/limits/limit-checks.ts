import { zoneOffset } from '../quota/zone-offset.ts';
import type { Algorithm } from './limit-rule.ts';
import { checkInteger, checkNumber, checkOneOf, refuse, shown } from './refuse.ts';

/** Ten years. */
export const LONGEST_MS = 315_360_000_000;
const MOST_UNITS = 1e12;
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

const SETTINGS = ['key', 'cost', 'mode', 'onStoreError', 'localShare', 'unit', 'softAt', 'escalate', 'tokenLease'];
const OWN: Readonly<Record<Algorithm, readonly string[]>> = {
  gcra: ['windowMs', 'burst'],
  bucket: ['windowMs', 'burst', 'refill'],
  sliding: ['windowMs'],
  fixed: ['windowMs', 'aligned'],
  log: ['windowMs'],
  quota: ['per', 'timeZone', 'anchorDay'],
  concurrency: ['ttlMs'],
};

/** Any value, seen as an object whose fields nobody has checked yet. */
type Unchecked = Readonly<Record<string, unknown>>;

/** Refuses limits that cannot be meant: a `TypeError` or `RangeError` that names the path and the value. */
export function checkLimits(limits: unknown): void {
  if (typeof limits !== 'object' || limits === null) {
    throw new TypeError(`limits must be an object of limits by name, got ${shown(limits)}`);
  }
  const names = Object.keys(limits);
  if (names.length < 1 || names.length > 16) throw new TypeError(`limits must be 1 to 16 limits, got ${names.length}`);
  for (const name of names) {
    if (!NAME.test(name)) throw new TypeError(`limit name must match ${NAME}, got ${shown(name)}`);
    checkLimit(`limits.${name}`, (limits as Unchecked)[name]);
  }
}

/** Refuses a `limit` that is no number of units. */
export function checkUnits(path: string, value: unknown): void {
  checkInteger(path, value, 0, MOST_UNITS);
}

/** Refuses a burst for which an algorithm has no use, or that lets nothing through. */
export function checkBurst(path: string, algorithm: Algorithm, burst: unknown): void {
  if (burst === undefined) return;
  if (!OWN[algorithm].includes('burst')) refuse(path, `left out: ${algorithm} has none`, burst);
  checkInteger(path, burst, 1, MOST_UNITS);
}

export function checkMode(path: string, mode: unknown): void {
  checkOneOf(path, mode, ['enforce', 'shadow', undefined]);
}

export function checkSoftAt(path: string, softAt: unknown): void {
  if (softAt !== undefined) checkNumber(path, softAt, 0, 1);
}

/** Refuses what is no number of milliseconds. */
export function checkMs(path: string, value: unknown): void {
  checkInteger(path, value, 1, LONGEST_MS);
}

function checkLimit(path: string, limit: unknown): void {
  if (typeof limit !== 'object' || limit === null) throw new TypeError(`${path} must be a limit, got ${shown(limit)}`);
  const given = limit as Unchecked;
  const algorithm = (given.algorithm ?? 'gcra') as Algorithm;
  checkOneOf(`${path}.algorithm`, algorithm, Object.keys(OWN));
  const known = ['algorithm', 'limit', ...OWN[algorithm], ...SETTINGS];
  for (const name of Object.keys(given)) {
    if (given[name] !== undefined && !known.includes(name)) {
      refuse(`${path}.${name}`, `left out: ${algorithm} has no such option`, given[name]);
    }
  }
  if (typeof given.limit !== 'function') checkUnits(`${path}.limit`, given.limit);
  checkRule(path, algorithm, given);
  checkSettings(path, algorithm, given);
}

function checkRule(path: string, algorithm: Algorithm, given: Unchecked): void {
  const { windowMs, burst, refill, aligned, per, timeZone, anchorDay, ttlMs } = given;
  if (OWN[algorithm].includes('windowMs')) checkMs(`${path}.windowMs`, windowMs);
  checkBurst(`${path}.burst`, algorithm, burst);
  checkOneOf(`${path}.refill`, refill, ['continuous', 'interval', undefined]);
  checkOneOf(`${path}.aligned`, aligned, [true, false, undefined]);
  if (ttlMs !== undefined) checkMs(`${path}.ttlMs`, ttlMs);
  if (algorithm !== 'quota') return;
  checkOneOf(`${path}.per`, per, ['day', 'week', 'month', 'year']);
  if (anchorDay !== undefined) checkInteger(`${path}.anchorDay`, anchorDay, 1, 31);
  if (timeZone === undefined) return;
  try {
    if (typeof timeZone === 'string') return void zoneOffset(timeZone);
  } catch {
    // Refused below, with the path.
  }
  refuse(`${path}.timeZone`, 'an IANA time zone', timeZone);
}

function checkSettings(path: string, algorithm: Algorithm, given: Unchecked): void {
  const { key, cost, mode, onStoreError, localShare, unit, softAt, escalate, tokenLease } = given;
  for (const [name, value] of Object.entries({ key, cost })) {
    if (value !== undefined && typeof value !== 'function') refuse(`${path}.${name}`, 'a function', value);
  }
  checkMode(`${path}.mode`, mode);
  checkOneOf(`${path}.onStoreError`, onStoreError, ['open', 'closed', 'local', undefined]);
  checkOneOf(`${path}.unit`, unit, ['requests', 'content-bytes', 'concurrent-requests', undefined]);
  if (localShare !== undefined) {
    checkNumber(`${path}.localShare`, localShare, Number.MIN_VALUE, 1);
  }
  checkSoftAt(`${path}.softAt`, softAt);
  if (escalate !== undefined) checkEscalate(`${path}.escalate`, escalate);
  if (tokenLease !== undefined) checkTokenLease(`${path}.tokenLease`, algorithm, tokenLease);
}

function checkEscalate(path: string, given: unknown): void {
  if (typeof given !== 'object' || given === null) refuse(path, 'an object', given);
  const { after, withinMs, blockMs, factor, maxBlockMs, forgetMs, ...others } = given as Unchecked;
  for (const name of Object.keys(others)) refuse(`${path}.${name}`, 'left out: there is no such option', others[name]);
  checkInteger(`${path}.after`, after, 1, MOST_UNITS);
  checkMs(`${path}.withinMs`, withinMs);
  checkMs(`${path}.blockMs`, blockMs);
  if (factor !== undefined) checkNumber(`${path}.factor`, factor, 1, Number.MAX_VALUE);
  if (maxBlockMs !== undefined) checkMs(`${path}.maxBlockMs`, maxBlockMs);
  if (forgetMs !== undefined) checkMs(`${path}.forgetMs`, forgetMs);
}

function checkTokenLease(path: string, algorithm: Algorithm, given: unknown): void {
  if (typeof given !== 'object' || given === null) refuse(path, 'an object', given);
  if (algorithm === 'log' || algorithm === 'concurrency') refuse(path, `left out: ${algorithm} has none`, given);
  const { maxTokens, holdMs, ...others } = given as Unchecked;
  for (const name of Object.keys(others)) refuse(`${path}.${name}`, 'left out: there is no such option', others[name]);
  checkInteger(`${path}.maxTokens`, maxTokens, 1, MOST_UNITS);
  if (holdMs !== undefined) checkMs(`${path}.holdMs`, holdMs);
}
