// All of CI but the tests: `node scripts/check.mjs [stage...] [--list] [--tests]`.
import { parseArgs } from 'node:util';
import { runStages, withNeeds } from './check/schedule.mjs';
import { stages } from './check/stages.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean' }, tests: { type: 'boolean' } },
});

if (values.list) list();
else await check();

function list() {
  for (const stage of stages) console.log(`${stage.name.padEnd(12)}${stage.about}`);
}

async function check() {
  const asked = positionals.length > 0 ? positionals : usual();
  const outcomes = await runStages(withNeeds(stages, asked), tell);
  const failed = outcomes.filter((outcome) => outcome.error).map((outcome) => outcome.stage.name);
  const wall = `${(performance.now() / 1000).toFixed(1)} s`;
  if (failed.length === 0) console.log(`check: all ${outcomes.length} stages hold (${wall})`);
  else {
    console.log(`check: broken: ${failed.join(', ')} (${wall})`);
    process.exitCode = 1;
  }
}

/** Every stage; the tests only when asked for, because CI runs them before. */
function usual() {
  return stages.filter((stage) => !stage.onRequest || values.tests).map((stage) => stage.name);
}

/** @param {import('./check/schedule.mjs').Outcome} outcome */
function tell({ stage, error, skipped, seconds }) {
  const verdict = skipped ? 'not run' : error ? 'FAILED' : 'ok';
  console.log(`${verdict.padEnd(9)}${stage.name.padEnd(12)}${skipped ? '' : `${seconds.toFixed(1)} s`}`);
  if (error && !skipped) console.log(`${error.message}\n`);
}
