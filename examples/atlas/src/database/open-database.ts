import { startPostgres } from '@xc/test-support';
import { readPlaces } from '../data/geonames.ts';
import { createSchema } from './create-schema.ts';
import { withClient } from './with-client.ts';

/** The database of the demo: a real PostgreSQL of its own, which an act may hurt. */
export interface Database extends AsyncDisposable {
  readonly url: string;
  readonly places: number;
  /** Connections stay open and nobody answers any more. */
  stall(): Promise<void>;
  /** SIGKILL, for every process of the server. */
  kill(): Promise<void>;
  /** Starts it again over what its last life left on disk; resolves when it answers. */
  restart(): Promise<void>;
  /** Which trips of a service are in the table of confirmations. */
  confirmations(service: string): Promise<readonly string[]>;
}

/** Starts PostgreSQL and loads the places into it. */
export async function openDatabase(): Promise<Database> {
  // Each query on one core and without compilation, so that what is measured is the query and not the planner's mood.
  const settings = { jit: 'off', max_parallel_workers_per_gather: 0 };
  const [server, places] = await Promise.all([startPostgres({ settings }), readPlaces()]);
  try {
    await createSchema(server.url, places);
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url: server.url,
    places: places.length,
    stall: () => server.pause(),
    kill: () => server.kill(),
    restart: () => server.restart(),
    confirmations: (service) => confirmations(server.url, service),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function confirmations(url: string, service: string): Promise<readonly string[]> {
  const text = 'SELECT id FROM confirmations WHERE service = $1';
  const { rows } = await withClient(url, (client) => client.query<{ id: string }>(text, [service]));
  return rows.map(({ id }) => id);
}
