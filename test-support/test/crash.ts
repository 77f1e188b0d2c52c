// Starts one of everything, says so, and then leaves without cleaning up, in the way that it is told.
import { spawnWorker, startCluster, startPostgres, startRedis, startSentinel } from '../src/index.ts';

// Nobody is there any more who could tell how.
process.stdin.once('close', () => {
  if (how !== 'end') process.exit(1);
});

const [how, paused] = process.argv.slice(2);
const [redis, postgres, cluster, sentinel, worker] = await Promise.all([
  startRedis(),
  startPostgres({ databases: 2 }),
  startCluster({ masters: 3, replicas: 0 }),
  startSentinel({ sentinels: 1 }),
  spawnWorker(new URL('./echo-worker.ts', import.meta.url)),
]);
await worker.next();
const servers = [redis, postgres, ...cluster.nodes, ...sentinel.nodes, ...sentinel.sentinels];
if (paused !== undefined) await Promise.all([...servers, worker].map((server) => server.pause()));
const pids = [...servers, worker].map((server) => server.pid);

process.stdout.write(`${JSON.stringify(pids)}\n`, () => {
  // The other side takes a look before anything goes down.
  if (how === 'end') process.stdin.once('data', () => process.stdin.destroy());
  else process.stdin.once('data', () => leave());
});

function leave(): void {
  if (how === 'exception') throw new Error('crashed as asked');
  if (how === 'rejection') void Promise.reject(new Error('rejected as asked'));
  if (how === 'exit') process.exit(0);
  if (how === 'abort') process.abort();
}
