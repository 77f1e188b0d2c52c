import assert from 'node:assert/strict';

import { createBreaker, Guarded, pipeline, timeout } from '@xc/breaker';

const upstream = pipeline([
  createBreaker({ name: 'weather' }),
  timeout(1_000),
]);

class Weather {
  @Guarded(upstream)
  async today(city: string): Promise<string> {
    return `sunny in ${city}`;
  }
}

assert.equal(await new Weather().today('Faro'), 'sunny in Faro');
