import type { Meter } from '@xc/core';
import { instrumentDatabase } from '@xc/metrics';
import type { QueryConfig, QueryResultRow } from 'pg';
import type { NearbyPlace, Place } from '../data/place.ts';
import type { Borrow, Loan } from './connections.ts';

export interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** A trip that somebody booked; its confirmation is waiting to be sent. */
export interface Trip {
  /** Chosen by the caller: booking it twice books it once. */
  readonly id: string;
  /** Id of the place. */
  readonly place: number;
  readonly email: string;
}

/** The questions of the guide, each one query. They reject as the database does, and stop when `signal` aborts. */
export interface PlaceStore {
  place(id: number, signal?: AbortSignal): Promise<Place | undefined>;
  /** The ten nearest places. Deliberately expensive: no index helps, it measures the distance to every place there is. */
  near(point: Point, signal?: AbortSignal): Promise<readonly NearbyPlace[]>;
  /** The ten largest places whose name begins so. */
  search(beginning: string, signal?: AbortSignal): Promise<readonly Place[]>;
  enqueueConfirmation(trip: Trip, signal?: AbortSignal): Promise<void>;
}

const columns = 'id, name, country, region, population, lat, lon';
const haversineKm = `6371 * 2 * asin(sqrt(
  power(sin(radians(lat - $1::float8) / 2), 2) +
  cos(radians($1::float8)) * cos(radians(lat)) * power(sin(radians(lon - $2::float8) / 2), 2)))`;

/** Asks PostgreSQL on a connection for each question, and counts them. Confirmations carry the name of the service. */
export function createPlaceStore(borrow: Borrow, options: { service: string; meter: Meter }): PlaceStore {
  const { service, meter } = options;
  const queries = meter.counter({ name: 'atlas_database_queries_total', help: 'Queries sent to the database' }).at();
  const database = instrumentDatabase(meter, { system: 'postgresql' });

  async function rows<R extends QueryResultRow>(
    query: QueryConfig & { readonly name: string },
    signal: AbortSignal | undefined,
  ): Promise<R[]> {
    const loan = await borrow(query.name, signal);
    queries.inc();
    const asked = database.begin({ sql: query.text });
    try {
      const found = await askUntilAborted<R>(loan, query, signal);
      asked.end({ rows: found.length });
      return found;
    } catch (error) {
      asked.end({ error });
      throw error;
    }
  }

  return {
    async place(id, signal) {
      const text = `SELECT ${columns} FROM places WHERE id = $1`;
      return (await rows<Place>({ name: 'place', text, values: [id] }, signal))[0];
    },
    near({ lat, lon }, signal) {
      const text = `SELECT ${columns}, ${haversineKm} AS km FROM places ORDER BY km LIMIT 10`;
      return rows<NearbyPlace>({ name: 'near', text, values: [lat, lon] }, signal);
    },
    search(beginning, signal) {
      const text = `SELECT ${columns} FROM places WHERE lower(name) LIKE $1 ORDER BY population DESC, id LIMIT 10`;
      return rows<Place>({ name: 'search', text, values: [`${literal(beginning.toLowerCase())}%`] }, signal);
    },
    async enqueueConfirmation({ id, place, email }, signal) {
      const text = `INSERT INTO confirmations (service, id, place, email) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`;
      await rows({ name: 'enqueue', text, values: [service, id, place, email] }, signal);
    },
  };
}

/**
 * A connection whose query nobody waits for any more is closed, not given back: the next caller would wait behind that
 * query, and a pool of such connections is empty.
 */
async function askUntilAborted<R extends QueryResultRow>(
  { client, end }: Loan,
  query: QueryConfig,
  signal: AbortSignal | undefined,
): Promise<R[]> {
  const abandon = () => end(true);
  signal?.addEventListener('abort', abandon, { once: true });
  try {
    const { rows } = await client.query<R>(query);
    end(false);
    return rows;
  } catch (error) {
    // The server answers a wrong query and stays usable; anything without a SQLSTATE is a broken connection.
    end(!(error instanceof Error && 'severity' in error));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abandon);
  }
}

/** LIKE without its wildcards. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}
