import { fileTopologyStore } from '../src/topology/file-topology-store.ts';

/** Changes the topology in a file so many times, however often others are first. */
const [path = '', count = '0'] = process.argv.slice(2);
const store = fileTopologyStore(path);
for (let changed = 0; changed < Number(count); ) {
  const topology = await store.load();
  if (topology === undefined) throw new Error('there is no topology');
  if (await store.cas({ ...topology, epoch: topology.epoch + 1 }, topology.epoch)) changed += 1;
}
