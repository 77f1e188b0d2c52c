import { isXcError, type Logger } from '@xc/core';
import type { RedisLike } from './client.ts';
import { forEachMaster } from './for-each-master.ts';
import { checkClient, checkOptions } from './option-checks.ts';
import { runCommand } from './run-command.ts';
import { readServerFacts, type ServerFacts } from './server-facts.ts';
import { firstTime } from './warned.ts';

/** Options of {@link checkServer}. */
export interface CheckServerOptions {
  /** Told, once for each client and matter, of what is not as it should be. */
  readonly logger: Logger;
  /** Whose keys must not be evicted, for instance `'queue'`. @defaultValue none: any eviction policy will do */
  readonly keysMustStay?: string;
  /** For each question to a server, in ms. @defaultValue 5_000 */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Looks at each master once and warns where it is older than Redis 6.2, or may evict keys that must stay
 * (`maxmemory-policy` other than `noeviction`). A warning comes once for each client, however often this is called.
 *
 * Silent where the server does not tell, as some managed services do not.
 *
 * @returns the facts of each master that told them.
 * @throws TypeError or RangeError for a client or options of the wrong kind, unknown options, or no logger.
 * @throws XcError `XC_REDIS_TIMEOUT` or `XC_REDIS_UNAVAILABLE` when a master cannot be asked.
 *
 * @example
 * ```ts
 * await checkServer(client, { logger, keysMustStay: 'queue' });
 * ```
 */
export async function checkServer(client: RedisLike, options: CheckServerOptions): Promise<readonly ServerFacts[]> {
  checkClient(client);
  checkOptions(options, { logger: 'logger', keysMustStay: 'text', deadlineMs: 'positive', signal: 'signal' });
  if (options.logger === undefined) throw new TypeError('logger must be given, got undefined');
  const { logger, keysMustStay, deadlineMs = 5_000, signal } = options;
  const bounds = { deadlineMs, ...(signal && { signal }) };
  const facts: ServerFacts[] = [];
  const look = async (node: Parameters<Parameters<typeof forEachMaster>[1]>[0]): Promise<void> => {
    facts.push(readServerFacts(await runCommand(node, () => node.info(), { name: 'INFO', ...bounds })));
  };
  await forEachMaster(client, (node) => look(node).catch(unlessReachable), bounds);

  const old = facts.find(({ isSupported }) => !isSupported);
  if (old && firstTime(client, 'version')) {
    logger.warn({ version: old.version }, 'Redis is older than 6.2, the oldest that is supported');
  }
  const evicting = facts.find(({ evicts }) => evicts);
  if (evicting && keysMustStay !== undefined && firstTime(client, `eviction:${keysMustStay}`)) {
    const message = `Redis may evict keys of ${keysMustStay} that must stay: set maxmemory-policy to noeviction`;
    logger.warn({ policy: evicting.policy, keysOf: keysMustStay }, message);
  }
  return facts;
}

// A server that will not tell is no reason to bother anybody.
function unlessReachable(error: unknown): void {
  const mute = isXcError(error, 'XC_REDIS_COMMAND') || (isXcError(error) && error.details.reply === 'NOPERM');
  if (!mute) throw error;
}
