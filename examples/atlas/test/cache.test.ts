import { systemClock } from '@xc/core';
import { eventually, startPostgres } from '@xc/test-support';
import { expect, test } from 'vitest';
import { invalidateUnheard } from '../src/caching/two-nodes.ts';
import { createSchema } from '../src/database/create-schema.ts';
import { withClient } from '../src/database/with-client.ts';
import { openGuide } from '../src/guides/cached.ts';
import { readMetric } from '../src/metrics/read-metric.ts';
import { openService } from './open-service.ts';
import { somePlaces } from './some-places.ts';

test('asks once for all who ask, keeps the answers, and lets them stand in when the database is dead', async () => {
  await using database = await startPostgres();
  await createSchema(database.url, somePlaces);
  await using service = await openService(openGuide, database.url);
  const ask = async (path: string) => {
    const response = await fetch(`${service.origin}${path}`);
    return { status: response.status, answer: response.headers.get('x-answer'), body: await response.text() };
  };
  const queries = async () => readMetric((await ask('/metrics')).body, 'atlas_database_queries_total');

  const crowd = await Promise.all(Array.from({ length: 100 }, () => ask('/near?lat=52.5&lon=13.4')));
  expect(crowd.every(({ status, answer }) => status === 200 && answer === 'fresh')).toBe(true);
  await ask('/search?q=BERL');
  await ask('/search?q=berl');
  expect(await queries()).toBe(2);

  await withClient(database.url, (client) => client.query('NOTIFY places_changed'));
  await eventually('the answers are asked for again', async () => {
    await ask('/search?q=berl');
    return (await queries()) === 3;
  });
  await database.kill();
  const dead = await ask('/near?lat=52.5&lon=13.4');
  expect(dead).toEqual({ ...crowd[0], answer: 'stale' });
  expect((await ask('/near?lat=1&lon=1')).status).toBe(503);
});

test('a node that missed a message serves what was written when it hears again, and has nothing wrong', async () => {
  await using database = await startPostgres();
  await createSchema(database.url, somePlaces);
  const heard = await withClient(database.url, (client) => invalidateUnheard(client, systemClock));
  expect(heard.heardMs).toBeLessThan(4_000);
  expect(heard.checked).toBe(Math.min(50, somePlaces.length));
  expect(heard.wrong).toBe(0);
});
