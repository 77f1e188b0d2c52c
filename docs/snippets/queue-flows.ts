import assert from 'node:assert/strict';
import { createQueue, discard } from '@xc/queue';

const queue = createQueue('films');
queue.work({
  download: () => 'film.mov',
  subtitles: () => {
    throw discard('nobody has written any');
  },
  encode: async (job) => {
    const { download } = await job.dependencies();
    return `encoded ${download?.result}`;
  },
  publish: async (job) => {
    const { encode, subtitles } = await job.dependencies();
    return `${encode?.result}, subtitles ${subtitles?.state}`;
  },
});

// All or nothing is added, in one step; a cycle is refused before anything is.
const flow = await queue.flow([
  { name: 'download', type: 'download', data: {} },
  { name: 'encode', type: 'encode', data: {}, after: ['download'] },
  { name: 'subtitles', type: 'subtitles', data: {} },
  {
    name: 'publish',
    type: 'publish',
    data: {},
    // Without the film there is nothing to publish; without subtitles there is.
    after: ['encode', { name: 'subtitles', on: 'settled' }],
  },
]);

const nodes = await flow.result(); // settles when every node has, and never rejects because of one
assert.equal(nodes.subtitles?.state, 'dead');
assert.equal(nodes.publish?.result, 'encoded film.mov, subtitles dead');
await queue.close();
