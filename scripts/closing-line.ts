import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';

interface Sum {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Ends every run with one plain line over all projects, and names the reason of each skipped test. Whatever makes vitest
 * exit with an error is in the sum: a file or a hook that breaks, an error nobody caught, a server that does not start.
 */
export default class ClosingLine implements Reporter {
  #vitest: Vitest | undefined;
  #sum: Sum = { passed: 0, failed: 0, skipped: 0 };

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    // At the very end, so that nothing which vitest or a server says while it closes comes after.
    process.once('exit', (code) => this.#close(code));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    const failed = count('failed') + suites.filter(brokeOutsideItsTests).length + unhandledErrors.length;
    for (const test of tests) this.#explain(test);
    this.#sum = { passed: count('passed'), failed, skipped: count('skipped') + count('pending') };
    if (this.#vitest?.config.watch) print(this.#sum);
  }

  #explain(test: TestCase): void {
    const result = test.result();
    if (result.state !== 'skipped' && result.state !== 'pending') return;
    // Who asks for tests by name knows that the others do not run.
    if (this.#vitest?.config.testNamePattern !== undefined) return;
    console.log(`skipped: ${test.module.relativeModuleId} > ${test.fullName}: ${reasonOf(test)}`);
  }

  #close(code: number): void {
    if (this.#vitest?.config.watch) return;
    // What breaks before the first test or after the last is no test's failure, and a failure all the same.
    const failed = Math.max(this.#sum.failed, code === 0 ? 0 : 1);
    print({ ...this.#sum, failed });
  }
}

function print({ passed, failed, skipped }: Sum): void {
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

/** Errors of a file or a hook: no test has them, so no test would be counted for them. */
function brokeOutsideItsTests(suite: TestModule | TestSuite): boolean {
  return suite.errors().length > 0;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'pending') return 'the run ended before it';
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  const broken = ancestors(test).find(brokeOutsideItsTests);
  if (broken !== undefined) return 'the suite it is in is broken';
  if (test.options.mode === 'todo') return 'still to be written';
  return 'no reason given';
}

function ancestors(test: TestCase): readonly (TestModule | TestSuite)[] {
  const found: (TestModule | TestSuite)[] = [];
  for (let parent: TestModule | TestSuite | undefined = test.parent; parent !== undefined; ) {
    found.push(parent);
    parent = parent.type === 'suite' ? parent.parent : undefined;
  }
  return found;
}
