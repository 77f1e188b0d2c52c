import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltPackage, buildPackage } from './built-package.ts';

let built: BuiltPackage;
beforeAll(async () => {
  built = await buildPackage();
}, 60_000);
afterAll(() => built[Symbol.asyncDispose]());

const both = (name: string, file: string) => `
  const esm = await import(${JSON.stringify(`${name}.js`)});
  const cjs = require(${JSON.stringify(`${name}.cjs`)});
  ${file}
`;

async function answers(script: string): Promise<unknown> {
  const { stdout, stderr } = await built.run(`${script}\nconsole.log(JSON.stringify(answer));`);
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('the ESM and the CJS copy in one process', () => {
  test('see one ambient context', async () => {
    const script = both(
      built.file('context'),
      `
      const context = { correlationId: 'shared' };
      const answer = {
        twoCopies: esm.runInContext !== cjs.runInContext,
        seenFromCjs: esm.runInContext(context, () => cjs.currentContext() === context),
        seenFromEsm: cjs.runInContext(context, () => esm.currentContext() === context),
        nested: esm.runInContext(context, () => cjs.runInContext({ correlationId: 'inner' }, () => esm.currentContext())),
      };`,
    );
    expect(await answers(script)).toEqual({
      twoCopies: true,
      seenFromCjs: true,
      seenFromEsm: true,
      nested: { correlationId: 'inner' },
    });
  });

  test('know each other’s errors, which instanceof does not', async () => {
    const script = both(
      built.file('index'),
      `
      class Special extends cjs.XcError {}
      const error = new cjs.XcError('XC_TEST', 'it broke');
      const answer = {
        instance: error instanceof esm.XcError,
        known: [esm.isXcError(error), esm.isXcError(error, 'XC_TEST'), esm.isXcError(error, 'XC_OTHER')],
        back: cjs.isXcError(new esm.XcError('XC_TEST', 'it broke'), 'XC_TEST'),
        subclass: esm.isXcError(new Special('XC_TEST', 'it broke'), 'XC_TEST'),
        name: error.name,
      };`,
    );
    expect(await answers(script)).toEqual({
      instance: false,
      known: [true, true, false],
      back: true,
      subclass: true,
      name: 'XcError',
    });
  });

  test('take each other’s things: a clock, a composition, a lock', async () => {
    const script = both(
      built.file('index'),
      `
      const lock = cjs.localLock({ clock: esm.systemClock });
      const lease = await lock.acquire('a');
      await lease.release();
      const answer = {
        composed: await esm.compose(cjs.compose(), cjs.compose()).run(() => 'ran'),
        decoded: cjs.jsonCodec.decode(esm.jsonCodec.encode({ a: 1 })),
        lease: lease.name,
      };`,
    );
    expect(await answers(script)).toEqual({ composed: 'ran', decoded: { a: 1 }, lease: 'a' });
  });

  test('name the same things', async () => {
    const script = both(built.file('index'), `const answer = [Object.keys(esm).sort(), Object.keys(cjs).sort()];`);
    const [esm, cjs] = (await answers(script)) as [string[], string[]];
    expect(esm).toEqual(cjs);
    expect(esm).toContain('methodDecorator');
  });
});

describe('an XcError of the built package', () => {
  test('is called by its name in the stack and by whoever prints it', async () => {
    const { stdout } = await built.run(`
      class SpecialError extends core.XcError { static { this.prototype.name = 'SpecialError'; } }
      console.log(new SpecialError('XC_SPECIAL', 'it broke', { details: { howOften: 3 }, cause: new Error('below') }));
    `);
    expect(stdout).toMatch(/^SpecialError: it broke\n {4}at /);
    for (const fact of ["code: 'XC_SPECIAL'", 'howOften: 3', 'retryable: false', '[cause]: Error: below']) {
      expect(stdout).toContain(fact);
    }
  });
});
