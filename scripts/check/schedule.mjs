import { exec } from './exec.mjs';

/**
 * @typedef {{ exec: import('./exec.mjs').Exec }} Tools
 * @typedef {{ name: string, about: string, needs?: readonly string[], onRequest?: boolean, run(tools: Tools): Promise<void> | void }} Stage
 * @typedef {{ stage: Stage, error: Error | undefined, skipped: boolean, seconds: number }} Outcome
 */

/**
 * Adds every stage that the asked ones stand on, in the order of `all`.
 * @param {readonly Stage[]} all
 * @param {readonly string[]} asked
 */
export function withNeeds(all, asked) {
  const chosen = new Set();
  /** @param {string} name */
  const choose = (name) => {
    const stage = all.find((one) => one.name === name);
    if (stage === undefined)
      throw new RangeError(`no stage '${name}'; there are: ${all.map((one) => one.name).join(', ')}`);
    chosen.add(stage);
    for (const need of stage.needs ?? []) choose(need);
  };
  for (const name of asked) choose(name);
  return all.filter((stage) => chosen.has(stage));
}

/**
 * Runs stages, each listed after those it needs, as soon as those they need have passed, and tells of each one when it ends.
 * @param {readonly Stage[]} stages
 * @param {(outcome: Outcome) => void} tell
 * @returns {Promise<Outcome[]>}
 */
export async function runStages(stages, tell) {
  /** @type {Map<string, Promise<Outcome>>} */
  const running = new Map();
  for (const stage of stages) {
    const told = runStage(stage, running).then((outcome) => {
      tell(outcome);
      return outcome;
    });
    running.set(stage.name, told);
  }
  return Promise.all(running.values());
}

/**
 * @param {Stage} stage
 * @param {Map<string, Promise<Outcome>>} running
 * @returns {Promise<Outcome>}
 */
async function runStage(stage, running) {
  const needed = await Promise.all((stage.needs ?? []).map((name) => running.get(name)));
  if (needed.some((outcome) => outcome?.error))
    return { stage, error: new Error('not run'), skipped: true, seconds: 0 };
  // A stage that waits for a free core is not at work yet: its time starts with its first command.
  const started = { at: performance.now() };
  const tools = { exec: timed(started) };
  try {
    await stage.run(tools);
    return { stage, error: undefined, skipped: false, seconds: secondsSince(started.at) };
  } catch (error) {
    return { stage, error: /** @type {Error} */ (error), skipped: false, seconds: secondsSince(started.at) };
  }
}

/**
 * @param {{ at: number }} started
 * @returns {import('./exec.mjs').Exec}
 */
function timed(started) {
  let first = true;
  return (command, args, options) =>
    exec(command, args, {
      ...options,
      onStart: () => {
        if (first) started.at = performance.now();
        first = false;
      },
    });
}

/** @param {number} start */
function secondsSince(start) {
  return (performance.now() - start) / 1000;
}
