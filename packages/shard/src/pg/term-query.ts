import type { PgPooledClient, PgResult } from './pg-pool.ts';

/** The connection of a client of `pg`, as those see it that bring queries of their own. */
interface WireConnection {
  readonly stream?: { cork?(): void; uncork?(): void };
  parse(message: { readonly text: string }): void;
  bind(message: { readonly values: readonly string[] }): void;
  execute(message: object): void;
}

/** A query of `pg`: sends itself, and is told what comes back. */
interface WireQuery {
  callback: ((error: unknown, result: PgResult) => void) | undefined;
  submit(connection: WireConnection): Error | null | undefined;
  requiresPreparation(): boolean;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: WireConnection): void;
}

interface WireClient {
  readonly connection?: Partial<WireConnection>;
  query(query: WireQuery): unknown;
}

type QueryClass = new (config: { readonly text: string; readonly values: readonly unknown[] }) => WireQuery;

/** What a transaction says of itself: the settings that the triggers read. */
export interface SentTerm {
  readonly term: string;
  /** The partitions that it is about; empty where there are too many to look at. */
  readonly partition: string;
}

/** Sets it for one transaction. */
export function setLocally({ term, partition }: SentTerm): string {
  return `set local xc.term = '${term}'; set local xc.partition = '${partition}'`;
}

/**
 * Runs one statement with a term, without a round trip more: the term is set in the same flight, for the one transaction that both
 * are. With a client that is not one of `pg`'s own it takes a transaction, and two round trips more.
 */
export async function queryWithTerm(
  client: PgPooledClient,
  sent: SentTerm,
  text: string,
  values: readonly unknown[],
): Promise<PgResult> {
  const query = wireQuery(client, text, values);
  if (query !== undefined) return await inOneFlight(client as unknown as WireClient, query, sent);
  await client.query(`begin; ${setLocally(sent)}`);
  const result = await client.query(text, [...values]);
  await client.query('commit');
  return result;
}

function wireQuery(client: PgPooledClient, text: string, values: readonly unknown[]): WireQuery | undefined {
  const { connection } = client as unknown as WireClient;
  const { Query } = client.constructor as { readonly Query?: QueryClass };
  const isWire = ['parse', 'bind', 'execute'].every(
    (name) => typeof connection?.[name as keyof WireConnection] === 'function',
  );
  if (!isWire || typeof Query !== 'function') return undefined;
  const query = new Query({ text, values });
  const fits = ['submit', 'requiresPreparation', 'handleDataRow', 'handleCommandComplete'].every(
    (name) => typeof query[name as keyof WireQuery] === 'function',
  );
  return fits ? query : undefined;
}

/**
 * What is sent up to one Sync is one transaction, where nobody has begun another. So a setting that is local to it ends with it,
 * and the session stays as it was.
 */
function inOneFlight(client: WireClient, query: WireQuery, sent: SentTerm): Promise<PgResult> {
  const { submit, handleDataRow, handleCommandComplete } = query;
  let isSet = false;
  // Else `pg` sends a statement without values as a message of its own kind, which ends what came before it.
  query.requiresPreparation = () => true;
  query.submit = (connection) => {
    connection.stream?.cork?.();
    try {
      connection.parse({
        text: "select pg_catalog.set_config('xc.term', $1, true), pg_catalog.set_config('xc.partition', $2, true)",
      });
      connection.bind({ values: [sent.term, sent.partition] });
      connection.execute({});
      return submit.call(query, connection);
    } finally {
      connection.stream?.uncork?.();
    }
  };
  query.handleDataRow = (message) => {
    if (isSet) handleDataRow.call(query, message);
  };
  query.handleCommandComplete = (message, connection) => {
    if (isSet) handleCommandComplete.call(query, message, connection);
    isSet = true;
  };
  return new Promise((resolve, reject) => {
    query.callback = (error, result) => (error ? reject(error) : resolve(result));
    client.query(query);
  });
}
