import { eventually, startPostgres } from '@xc/test-support';
import { expect, test } from 'vitest';
import { createSchema } from '../src/database/create-schema.ts';
import { withClient } from '../src/database/with-client.ts';
import { openGuide as bare } from '../src/guides/bare.ts';
import { openGuide as guarded } from '../src/guides/guarded.ts';
import { openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

test('the guarded service answers from memory through a stall, a kill and a restart, and loses no trip', async () => {
  await using database = await startPostgres();
  await createSchema(database.url, somePlaces);
  await using service = await openService(guarded, database.url);
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${service.origin}${path}`, init);
    return { status: response.status, answer: response.headers.get('x-answer'), body: await response.json() };
  };
  const book = (id: string) =>
    ask('/trips', { method: 'POST', body: JSON.stringify({ id, place: 1, email: 'a@example.com' }) });
  const near = await ask('/near?lat=52.5&lon=13.4');
  const search = await ask('/search?q=berl');

  await database.pause();
  const first = await Promise.all(Array.from({ length: 8 }, () => ask('/cities/1')));
  expect(first.map(({ status, answer }) => `${status} ${answer}`)).toEqual(Array(8).fill('200 stale'));
  expect(service.states).toEqual(['postgres open']);

  expect(await ask('/cities/2')).toEqual({ status: 200, answer: 'stale', body: somePlaces[1] });
  expect(await ask('/near?lat=52.5&lon=13.4')).toEqual({ ...near, answer: 'stale' });
  expect(await ask('/search?q=berl')).toEqual({ ...search, answer: 'stale' });
  const unseen = (await ask('/near?lat=44&lon=-71')).body as { places: { id: number }[] };
  expect(unseen.places[0]?.id).toBe(5);
  expect((await ask('/cities/404')).status).toBe(503);
  expect(await book('held')).toEqual({ status: 202, answer: 'stale', body: { id: 'held', confirmation: 'held' } });
  expect((await ask('/healthz')).body).toEqual({ status: 'degraded' });

  await database.kill();
  expect((await ask('/cities/1')).answer).toBe('stale');
  await database.restart();
  await eventually('the breaker is closed', async () => {
    await ask('/cities/1');
    return service.states.at(-1) === 'postgres closed';
  });
  expect((await ask('/cities/1')).answer).toBe('fresh');
  await eventually('the held trip is sent', async () => {
    const query = "SELECT 1 FROM confirmations WHERE id = 'held'";
    return (await withClient(database.url, (client) => client.query(query))).rowCount === 1;
  });
});

test('the bare service waits as long as the database stalls, fails when it is killed, and lives on', async () => {
  await using database = await startPostgres();
  await createSchema(database.url, somePlaces);
  await using service = await openService(bare, database.url);
  expect((await fetch(`${service.origin}/cities/1`)).status).toBe(200);
  await database.pause();
  const waiting = fetch(`${service.origin}/cities/1`);
  const patience = new Promise((resolve) => setTimeout(resolve, 500, 'no answer'));
  expect(await Promise.race([waiting, patience])).toBe('no answer');
  await database.kill();
  expect((await waiting).status).toBe(503);
  await database.restart();
  expect((await fetch(`${service.origin}/cities/1`)).status).toBe(200);
});
