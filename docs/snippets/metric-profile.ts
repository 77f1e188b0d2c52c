import assert from 'node:assert/strict';
import { cpuProfile } from '@xc/metrics/profile';

function costlyDigest(text: string): number {
  let hash = 0;
  for (let round = 0; round < 20_000; round += 1) {
    for (const letter of text)
      hash = (hash * 31 + letter.charCodeAt(0)) | 0;
  }
  return hash;
}

const taken = cpuProfile({ ms: 300 });
const end = performance.now() + 350;
while (performance.now() < end) {
  costlyDigest('Lisbon');
  await new Promise((resolve) => setImmediate(resolve));
}
const profile = await taken;

const [first] = profile.top(3);
assert.equal(first?.name, 'costlyDigest');
assert.ok(first.share > 0.5);

// For speedscope.app; `toCpuProfile()` is for Chrome and VS Code.
const file = JSON.parse(profile.toSpeedscope('digests'));
assert.equal(file.profiles[0].name, 'digests');
// For flame graphs: one line a stack.
assert.match(profile.toCollapsed(), /costlyDigest \(.+\) \d+$/m);
