import assert from 'node:assert/strict';
import { ManualClock } from '@xc/core/testing';
import { profileOnDemand, watchSymptoms } from '@xc/metrics/profile';

const clock = new ManualClock(); // in an application: leave both out
const symptoms = { elu: 0.97, loopP99Ms: 40, heapBytes: 80e6 };

// In an application `save` writes a file, or sends it somewhere.
const saved = await new Promise<string>((resolve) => {
  const watch = watchSymptoms({
    profileMs: 50,
    save: (profile, reason) => {
      const [first] = profile.top(1);
      watch.stop();
      resolve(`${reason}: ${first?.name}`);
    },
    read: () => symptoms,
    clock,
  });
  void clock.advance(10_000);
});
assert.match(saved, /^event loop utilisation 0\.97, from 0\.9: /);

// Behind an endpoint that somebody guards: whatever it asks for, no
// more than 40 ms here, and one at a time.
const profiles = profileOnDemand({ maxMs: 40 });
const taking = profiles.take({ kind: 'cpu', ms: 60_000 });
await assert.rejects(profiles.take({ kind: 'heap', ms: 10 }), {
  code: 'XC_METRICS_PROFILE_BUSY',
});
const { contentType, fileName, body } = await taking;
assert.equal(contentType, 'application/json');
assert.equal(fileName, 'cpu.cpuprofile');
assert.ok('nodes' in JSON.parse(body));
