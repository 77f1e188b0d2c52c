import { inject, test } from 'vitest';
import { oneLoadOverFourProcesses } from './processes.ts';

test('one load over four processes on a cluster, and another one when its owner is killed', async () => {
  await oneLoadOverFourProcesses(inject('cluster'));
});
