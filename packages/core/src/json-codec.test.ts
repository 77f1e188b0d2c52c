import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isXcError } from './error.ts';
import { jsonCodec } from './json-codec.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (encoded: Uint8Array) => new TextDecoder().decode(encoded);

test('has id 0', () => {
  expect(jsonCodec.id).toBe(0);
});

test('gives back every JSON value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      // JSON has no -0, and the codec drops __proto__ by contract.
      const expected = JSON.parse(JSON.stringify(value), (key, inner) => (key === '__proto__' ? undefined : inner));
      expect(jsonCodec.decode(jsonCodec.encode(value))).toEqual(expected);
    }),
  );
});

test('writes what JSON.stringify writes, whatever the binding', () => {
  expect(text(jsonCodec.encode({ a: [1, 'ü', null] }, 'some key'))).toBe('{"a":[1,"ü",null]}');
});

test('leaves out or replaces inside a value what JSON cannot say', () => {
  const value = {
    gone: undefined,
    list: [undefined, () => 1],
    not: Number.NaN,
    day: new Date(0),
    map: new Map([[1, 2]]),
  };
  expect(text(jsonCodec.encode(value))).toBe(
    '{"list":[null,null],"not":null,"day":"1970-01-01T00:00:00.000Z","map":{}}',
  );
});

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['function', () => 1],
  ['symbol', Symbol('s')],
])('refuses to encode %s', (kind, value) => {
  expect(() => jsonCodec.encode(value)).toThrow(new TypeError(`JSON cannot say ${kind}`));
});

test('refuses to encode a BigInt or a value that contains itself', () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  expect(() => jsonCodec.encode({ deep: [1n] })).toThrow(TypeError);
  expect(() => jsonCodec.encode(loop)).toThrow(TypeError);
});

describe('a __proto__ key is dropped', () => {
  test.each([
    '{"__proto__":{"admin":true},"kept":1}',
    '{"\\u005f_proto__":{"admin":true},"kept":1}',
    '{"__pr\\u006Fto__":{"admin":true},"kept":1}',
    '{"\\u005F\\u005F\\u0070\\u0072\\u006f\\u0074\\u006F\\u005f\\u005f":{"admin":true},"kept":1}',
  ])('%s', (source) => {
    const decoded = jsonCodec.decode(bytes(source)) as object;
    expect(Object.keys(decoded)).toEqual(['kept']);
    expect(Object.getPrototypeOf(Object.assign({}, decoded))).toBe(Object.prototype);
  });

  test('at any depth, and only as a key', () => {
    const decoded = jsonCodec.decode(bytes('{"a":[{"__proto__":1,"b":"__proto__"}]}'));
    expect(decoded).toEqual({ a: [{ b: '__proto__' }] });
    expect(Object.hasOwn((decoded as { a: object[] }).a[0] ?? {}, '__proto__')).toBe(false);
  });

  test('however its characters are escaped', () => {
    const escaped = (character: string, how: number) => {
      const hex = character.charCodeAt(0).toString(16).padStart(4, '0');
      return [character, `\\u${hex}`, `\\u${hex.toUpperCase()}`][how] ?? character;
    };
    fc.assert(
      fc.property(fc.array(fc.nat(2), { minLength: 9, maxLength: 9 }), (how) => {
        const key = [...'__proto__'].map((character, index) => escaped(character, how[index] ?? 0)).join('');
        expect(Object.keys(jsonCodec.decode(bytes(`{"${key}":{"admin":true}}`)) as object)).toEqual([]);
      }),
    );
  });
});

describe('bytes that are not JSON in UTF-8', () => {
  test.each<[string, Uint8Array]>([
    ['nothing at all', new Uint8Array()],
    ['cut short', bytes('{"pin":"s3cr3t')],
    ['not JSON', bytes('s3cr3t')],
    ['broken UTF-8', Uint8Array.of(0x22, 0xc3, 0x28, 0x22)],
    ['a depth no reviver survives', bytes(`${'[{"__proto__":'.repeat(200_000)}`)],
  ])('are refused with a code: %s', (_what, corrupt) => {
    const error = caught(() => jsonCodec.decode(corrupt));
    expect(isXcError(error, 'XC_CODEC_CORRUPT')).toBe(true);
    expect(error).toMatchObject({ details: { codec: 0, bytes: corrupt.byteLength } });
  });

  test('are not quoted in the error', () => {
    const error = caught(() => jsonCodec.decode(bytes('s3cr3t'))) as Error;
    expect(`${error.stack}${JSON.stringify(error)}${error.cause}`).not.toContain('s3cr3t');
  });
});

test('takes any view of the bytes', () => {
  const buffer = Buffer.from('..{"a":1}..');
  expect(jsonCodec.decode(buffer.subarray(2, 9))).toEqual({ a: 1 });
});

function caught(fn: () => unknown): unknown {
  try {
    fn();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('refuses a byte order mark, which no encoder of ours writes', () => {
  expect(() => jsonCodec.decode(Uint8Array.of(0xef, 0xbb, 0xbf, 0x31))).toThrow('not JSON in UTF-8');
});

test('takes bytes and nothing else', () => {
  expect(() => jsonCodec.decode(null as never)).toThrow(new TypeError('bytes must be a Uint8Array, got object'));
});
