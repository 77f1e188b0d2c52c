import type { Client } from 'pg';
import type { ResetContext } from '../pool-factory.ts';
import { ask, isBusy, settled, statusOf } from './pg-client.ts';

/** What is done to a connection between two owners. */
export type PgReset = 'rollback' | 'discard' | 'off';

/** What DISCARD ALL does, but for prepared statements: those `pg` believes to be there for as long as the connection is. */
const DISCARD = `CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
  DISCARD TEMP; DISCARD SEQUENCES`;

/** Ends what the owner before left behind. Of a clean connection, `rollback` asks nothing and takes no turn. */
export function resetSession(
  client: Client,
  reset: Exclude<PgReset, 'off'>,
  context: ResetContext,
): void | Promise<void> {
  if (reset === 'rollback' && !isBusy(client) && statusOf(client) === 'I') return undefined;
  return clean(client, reset, context);
}

async function clean(client: Client, reset: Exclude<PgReset, 'off'>, context: ResetContext): Promise<void> {
  if (isBusy(client)) await settled(client);
  const status = statusOf(client);
  if (status === 'T' || status === 'E') context.misuse('open-transaction');
  // Without a transaction this is a warning of the server, and without a status nobody knows whether there is one.
  if (status !== 'I') await ask(client, 'ROLLBACK');
  if (reset === 'discard') await ask(client, DISCARD);
}
