import { Cluster } from 'ioredis';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { engineContract } from '../../src/testing/engine-contract.ts';
import { steeredFixture } from './steered-fixture.ts';

let client: Cluster;
beforeAll(() => {
  client = new Cluster(inject('cluster'));
});
afterAll(() => client.disconnect());

/**
 * What one order of all jobs, one counter of fences, or a limit below the number of shards decides: order holds within a key only,
 * and limits are shared out.
 */
const ofOneShard: ReadonlySet<string> = new Set([
  'gives a job without id one of its own, that begins with a tilde',
  'answers that a job exists, in whatever state it is',
  'adds a thousand in one step and keeps their order',
  'refuses what is above maxWaiting, delayed ones counted, and takes the rest',
  'treats ids and keys as data, whatever they are',
  'replace: a holder that is not active takes the new data and stays where it is',
  'carries what has started over to another rate of its keys, and lets them go when it is lifted',
  'gives each lane its quota, in the order in which they are named',
  'gives what a lane does not use to the others, in order',
  'is first in, first out by the moment of becoming waiting',
  'puts what failed at the end of its lane',
  'puts what was released at the front, several in their order',
  'puts what was lost at the front, several in their order',
  'keeps the order of jobs with and without keys that are lost together',
  'keeps the order of jobs that are given back for later',
  'puts a snoozed job at the end when its time has come',
  'keeps the order in which jobs give way at once, whatever made them',
  'leases jobs without key ahead, when all that is wanted is there',
  'leases no job with key ahead, and none behind one',
  'moves a job to the end of another lane',
  'leaves a job in its place that is moved to the lane it is in',
  'lets the keys of a lane take turns, and jobs without key among them',
  'keeps the order of a key over lanes',
  'sends a key to the end of its lane with every start, though more of it may run',
  'puts the turn of a key into the lane of its next job',
  'has never more leases than its concurrency, those of all workers together',
  'lets running jobs finish when its concurrency is lowered',
  'leases nothing ahead under a concurrency or a rate',
  'starts no more than its rate, and says when the next may start',
  'saves no more than its burst',
  'changes its rate for everybody at once',
  'carries what has started over to a lower rate',
  'lets a faster rate hold at once, whoever gives it and however much has started',
  'keeps limits that a newcomer does not name, and takes over what it names',
  'wakes the next idle worker while there is work left',
  'wakes an idle worker when another opening raises the concurrency or the rate of the queue',
  'promotes more than a slice that is due at once, in their order',
  'gives every lease a fence above all before',
  'gives a repeated step the same reply, and does nothing twice',
  'lets a step that was overtaken change nothing',
  'settles before it takes, in one step',
  'adds nothing of a flow for which there is no room, or whose id is taken',
  'brings dead jobs back to their lane, in the order of the ids, with fresh attempts',
  'brings back what fits a filter, the oldest first, at most so many',
  'brings back those of a type, whatever they died of',
  'brings back what died at one instant in the order in which it was added',
  'passes over those that are dead again at once, and counts them neither as brought back nor to the most',
  'puts what fell due before what a death lets go that nobody has seen until now',
  'keeps no more done jobs than asked, the newest',
  'keeps nothing from the settle on, where the count is 0',
  'lets jobs go by age though no other one settles; cancelled ones as done ones',
  'shows jobs of a state page by page',
  'shows delayed jobs by their time, and dead ones by reason and type',
  'tells at once how a settled job ended',
  'tells everything that happens to who watches, where the engine keeps events',
]);

const ofAnyNumber = engineContract.filter(({ name }) => !ofOneShard.has(name));

test('leaves out only cases that there are', () => {
  expect(engineContract.length - ofAnyNumber.length).toBe(ofOneShard.size);
});

test.for(ofAnyNumber)('four shards on a cluster: $name', ({ run }) => run(steeredFixture(client, { shards: 4 })));
