import { createMailWorker } from './mail-worker.ts';

const from = performance.now();
const since = () => `${((performance.now() - from) / 1_000).toFixed(2)} s`.padStart(7);
await using worker = createMailWorker({
  async deliver({ to, text }) {
    console.log(`${since()}  ${to.padEnd(18)} ${text}`);
  },
});

const people = ['ada@example.com', 'bob@example.com', 'cid@example.org', 'dee@example.com', 'eva@example.org'];
await Promise.all(people.map((to, index) => worker.send({ to, text: `letter ${index + 1}` })));
