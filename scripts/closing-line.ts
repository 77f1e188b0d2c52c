import type { Reporter, TestModule } from 'vitest/node';

/** Ends every run with one plain line over all projects, and names the reason of each skipped test. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const result = test.result();
        if (result.state === 'passed') count.passed += 1;
        else if (result.state === 'failed') count.failed += 1;
        else {
          count.skipped += 1;
          const note = result.state === 'skipped' ? result.note : undefined;
          console.log(`skipped: ${test.fullName}: ${note ?? 'no reason given'}`);
        }
      }
      // A file that breaks before its first test would otherwise vanish from the sum.
      if (module.state() === 'failed' && tests === 0) count.failed += 1;
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
