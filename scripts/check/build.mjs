import { packages } from '../workspace.mjs';
import { binary, every } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'build',
  about: 'tsup: ESM, CJS and declarations of every package, dependencies first',
  run: ({ exec }) => buildInOrder(exec, packages()),
};

/**
 * @param {import('./exec.mjs').Exec} exec
 * @param {readonly import('../workspace.mjs').Package[]} chosen those that others depend on first
 */
export async function buildInOrder(exec, chosen) {
  /** @type {Map<string, Promise<string>>} */
  const built = new Map();
  for (const one of chosen) {
    const before = one.uses.map((name) => built.get(name));
    built.set(
      one.name,
      Promise.all(before).then(() => exec(binary('tsup'), ['--silent'], { cwd: one.folder })),
    );
  }
  await every([...built.values()]);
}
