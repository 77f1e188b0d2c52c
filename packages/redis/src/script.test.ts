import { createHash } from 'node:crypto';
import { expect, expectTypeOf, test } from 'vitest';
import { runScript } from './run-script.ts';
import { defineScript, type Script } from './script.ts';

const spec = { name: 'answer', lua: 'return 42', keys: 1, parse: Number };

test('knows the hash that the server will know the script by', () => {
  const script = defineScript(spec);
  expect(script).toMatchObject({ name: 'answer', lua: 'return 42', keys: 1, replies: 'text' });
  expect(script.sha).toBe(createHash('sha1').update('return 42').digest('hex'));
  expect(Object.isFrozen(script)).toBe(true);
  expect(script.parse('42')).toBe(42);
});

test.each([
  [{ name: '' }, 'name must be a text'],
  [{ name: undefined }, 'name must be a text, got undefined'],
  [{ lua: ' \n' }, 'lua of script "answer" must be a program'],
  [{ lua: undefined }, 'lua of script "answer" must be a program'],
  [{ keys: -1 }, `keys of script "answer" must be a whole number or 'many', got -1`],
  [{ keys: 1.5 }, 'got 1.5'],
  [{ keys: 'some' }, 'got some'],
  [{ keys: undefined }, 'got undefined'],
  [{ replies: 'utf8' }, `replies of script "answer" must be 'text' or 'bytes', got utf8`],
  [{ parse: undefined }, 'parse of script "answer" must be a function'],
])('refuses %j', (wrong, message) => {
  expect(() => defineScript({ ...spec, ...wrong } as never)).toThrow(TypeError);
  expect(() => defineScript({ ...spec, ...wrong } as never)).toThrow(message);
});

test('keeps the types of its arguments and of its reply', () => {
  const take = defineScript<[limit: number, id: string], boolean>({ ...spec, parse: (raw) => raw === 1 });
  expectTypeOf(take).toEqualTypeOf<Script<[limit: number, id: string], boolean>>();
  expectTypeOf(runScript<[limit: number, id: string], boolean>).returns.resolves.toBeBoolean();
  expectTypeOf(defineScript(spec)).toEqualTypeOf<Script<readonly (string | number | Uint8Array)[], number>>();
  const client = undefined as never;
  () => {
    // @ts-expect-error the limit is a number
    runScript(client, take, ['key'], ['10', 'id'], { deadlineMs: 1 });
    // @ts-expect-error every call has a deadline
    runScript(client, take, ['key'], [10, 'id'], {});
  };
});
