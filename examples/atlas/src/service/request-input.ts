import type { IncomingMessage } from 'node:http';
import type { Point, Trip } from '../database/place-store.ts';
import { HttpError } from './http-error.ts';

const MAX_BODY_BYTES = 10_000;

export function readId(text: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1 || id > 2 ** 31 - 1) throw new HttpError(400, 'a city id is a positive integer');
  return id;
}

export function readPoint(query: URLSearchParams): Point {
  return { lat: readDegrees(query, 'lat', 90), lon: readDegrees(query, 'lon', 180) };
}

export function readBeginning(query: URLSearchParams): string {
  const beginning = query.get('q')?.trim() ?? '';
  if (beginning === '' || beginning.length > 100) throw new HttpError(400, 'q must be 1 to 100 characters');
  return beginning;
}

export async function readTrip(request: IncomingMessage): Promise<Trip> {
  const body = await readJson(request);
  if (typeof body !== 'object' || body === null) throw new HttpError(400, 'a trip is a JSON object');
  const { id, place, email } = body as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || id === '' || id.length > 100) {
    throw new HttpError(400, 'id must be 1 to 100 characters, chosen by you');
  }
  if (typeof place !== 'number') throw new HttpError(400, 'place must be the id of a city');
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new HttpError(400, 'email must be an email address');
  }
  return { id, place: readId(String(place)), email };
}

function readDegrees(query: URLSearchParams, name: string, most: number): number {
  const text = query.get(name);
  const degrees = Number(text);
  if (text === null || text.trim() === '' || !(Math.abs(degrees) <= most)) {
    throw new HttpError(400, `${name} must be degrees from -${most} to ${most}`);
  }
  return degrees;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new HttpError(413, `a trip takes at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body is not JSON');
  }
}
