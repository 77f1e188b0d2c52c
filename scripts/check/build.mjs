import { packages } from '../workspace.mjs';
import { binary } from './exec.mjs';

/** @type {import('./schedule.mjs').Stage} */
export default {
  name: 'build',
  about: 'tsup: ESM, CJS and declarations of every package, dependencies first',
  async run({ exec }) {
    /** @type {Map<string, Promise<string>>} */
    const built = new Map();
    for (const one of packages()) {
      const before = one.uses.map((name) => built.get(name));
      built.set(
        one.name,
        Promise.all(before).then(() => exec(binary('tsup'), ['--silent'], { cwd: one.folder })),
      );
    }
    await Promise.all(built.values());
  },
};
