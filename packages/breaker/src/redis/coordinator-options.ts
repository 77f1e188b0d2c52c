import { randomUUID } from 'node:crypto';
import type { Bus } from '@xc/core';
import {
  maxInteger,
  oneOf,
  orDefault,
  type PolicyEnvironment,
  type PolicyOptions,
  policyEnvironment,
  policyName,
  policyOptionNames,
  positiveDuration,
  positiveInteger,
  ratio,
  refuseUnknown,
  shown,
  withMethods,
} from '../options.ts';

/** When a fleet opens: at the greater of the two. */
export interface QuorumOptions {
  /**
   * Least number of members that have opened by themselves.
   * @defaultValue 2
   */
  readonly min?: number;
  /**
   * Share of the living members that have, 0 to 1.
   * @defaultValue 0.3
   */
  readonly ratio?: number;
}

/** Options of {@link createCoordinator}. `name` is what the log calls it. */
export interface CoordinatorOptions extends PolicyOptions {
  /**
   * Before every key and the channel on the bus; a text without braces. Members that are to meet agree on it.
   * @defaultValue 'xc:breaker'
   */
  readonly prefix?: string;
  /**
   * Names this member, 1 to 200 characters, unlike any other.
   * @defaultValue a random UUID
   */
  readonly instance?: string;
  /**
   * Milliseconds from one round to the next.
   * @defaultValue 1_000
   */
  readonly intervalMs?: number;
  /**
   * Milliseconds that a round may take, whatever the client does.
   * @defaultValue 250
   */
  readonly deadlineMs?: number;
  /**
   * Milliseconds of silence after which a member, and its vote, count no more.
   * @defaultValue 5 * intervalMs
   */
  readonly memberTtlMs?: number;
  readonly quorum?: QuorumOptions;
  /**
   * Whether `permits` bounds the probes of all members together or of each by itself.
   * @defaultValue 'fleet'
   */
  readonly probes?: 'fleet' | 'local';
  /**
   * Brings the news of an open fleet at once instead of with the next round. Not closed by the coordinator.
   * @defaultValue none
   */
  readonly bus?: Bus;
}

/** The options of a coordinator, checked, with every default filled in. */
export interface CoordinatorSettings {
  readonly prefix: string;
  readonly instance: string;
  readonly intervalMs: number;
  readonly deadlineMs: number;
  readonly memberTtlMs: number;
  readonly quorum: Required<QuorumOptions>;
  readonly probes: 'fleet' | 'local';
  readonly bus: Bus | undefined;
  readonly environment: PolicyEnvironment;
}

const own = ['prefix', 'instance', 'intervalMs', 'deadlineMs', 'memberTtlMs', 'quorum', 'probes', 'bus'];

/** @throws TypeError or RangeError that names the option and the value. */
export function coordinatorSettings(options: CoordinatorOptions): CoordinatorSettings {
  refuseUnknown(options, [...own, ...policyOptionNames]);
  const { prefix = 'xc:breaker', instance = randomUUID(), intervalMs = 1_000, deadlineMs = 250 } = options;
  const { quorum = {}, probes = 'fleet', bus } = options;
  const interval = positiveDuration('intervalMs', intervalMs);
  const { memberTtlMs = Math.min(5 * interval, maxInteger) } = options;
  refuseUnknown(quorum, ['min', 'ratio'], 'quorum');
  const environment = policyEnvironment(options, 'coordinator');
  withMethods('logger', environment.logger, 'info');
  return {
    prefix: keyPrefix(prefix),
    instance: policyName('instance', instance),
    intervalMs: interval,
    deadlineMs: positiveDuration('deadlineMs', deadlineMs),
    memberTtlMs: positiveDuration('memberTtlMs', memberTtlMs),
    quorum: {
      min: positiveInteger('quorum.min', orDefault(quorum.min, 2)),
      ratio: ratio('quorum.ratio', orDefault(quorum.ratio, 0.3), 'allowed'),
    },
    probes: oneOf('probes', probes, ['fleet', 'local']),
    bus: bus === undefined ? undefined : withMethods('bus', bus, 'publish', 'subscribe'),
    environment,
  };
}

// A brace before the name would take the place of the hash tag that the keys of a breaker share.
function keyPrefix(prefix: unknown): string {
  const rule = 'a text without braces';
  if (typeof prefix !== 'string') throw new TypeError(`prefix must be ${rule}, got ${shown(prefix)}`);
  if (/[{}]/.test(prefix)) throw new RangeError(`prefix must be ${rule}, got ${shown(prefix)}`);
  return prefix;
}
