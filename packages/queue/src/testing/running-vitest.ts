import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** As much of a test runner as a contract needs. */
export interface TestRunner {
  describe(name: string, fn: () => void): unknown;
  test(
    name: string,
    options: { readonly timeout: number; readonly concurrent: boolean },
    fn: () => Promise<void>,
  ): unknown;
}

/**
 * The vitest that runs this process. It is looked up when a contract is registered and not imported: whoever only wants the history
 * checker needs no test runner, and CommonJS cannot import vitest at all. Node gives the very module that the tests imported.
 *
 * @throws Error outside of vitest.
 */
export function runningVitest(): TestRunner {
  for (const file of candidates()) {
    if (!existsSync(file)) continue;
    const found = createRequire(file)(file) as Partial<TestRunner>;
    if (found.describe !== undefined && found.test !== undefined) return found as TestRunner;
  }
  throw new Error('the contract runs within vitest, and there is none here');
}

function* candidates(): Generator<string, void> {
  // Its workers are files of the package itself: of the copy that runs.
  for (let folder = dirname(process.argv[1] ?? ''); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'vitest.mjs'))) yield join(folder, 'dist', 'index.js');
  }
  try {
    yield join(
      dirname(createRequire(join(process.cwd(), 'any.js')).resolve('vitest/package.json')),
      'dist',
      'index.js',
    );
  } catch {
    // Not installed where the process runs.
  }
}
