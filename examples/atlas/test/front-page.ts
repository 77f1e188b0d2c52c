import { createBreaker, fallback, pipeline, retry, retryBudget, timeout } from '@xc/breaker';

const profiles = pipeline([
  fallback(() => ({ name: 'somebody' })), // answers when all else has failed
  retry({ attempts: 2, budget: retryBudget() }), // retries cannot multiply an outage
  createBreaker({ name: 'profiles', consecutive: 5 }), // nobody waits for what is known to be dead
  timeout(500), // no attempt takes longer
]);
const ask = (signal: AbortSignal) => fetch('http://127.0.0.1:9/profile', { signal }).then((answer) => answer.json());
console.log(await profiles.run(({ signal }) => ask(signal))); // { name: 'somebody' }
