import cluster from 'node:cluster';
import { createMetrics } from '@xc/metrics';
import {
  answerScrapes,
  clusterPort,
  createAggregate,
} from '@xc/metrics/aggregate';

const metrics = createMetrics();

if (cluster.isPrimary) {
  const aggregate = createAggregate({ local: metrics });
  cluster.on('online', (worker) => {
    aggregate.add(String(worker.id), clusterPort(worker));
  });
  cluster.on('exit', (worker) => aggregate.remove(String(worker.id)));
  // ... and `aggregate.scrape` behind /metrics of the primary.
  await aggregate.scrape();
} else {
  answerScrapes(metrics, clusterPort(process));
}
