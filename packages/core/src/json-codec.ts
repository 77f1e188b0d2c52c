import type { Codec } from './codec.ts';
import { XcError } from './error.ts';

/**
 * JSON in UTF-8, exactly as `JSON.stringify` writes it.
 *
 * What JSON cannot say follows `JSON.stringify`: inside a value, `undefined` and functions are left out (in an array: `null`),
 * `NaN` and `Infinity` become `null`, a `Date` its ISO string, a `Map` or `Set` an empty object. Encoding throws a
 * `TypeError` when the value as a whole is `undefined`, a function or a symbol, when it contains itself, or when a BigInt is
 * anywhere in it. Decoding drops keys named `__proto__`, however they are escaped, so that a merge of the result cannot
 * change a prototype; `binding` is ignored.
 *
 * @throws XcError `XC_CODEC_CORRUPT` when the bytes are not JSON in UTF-8. It has no cause: the parser quotes its input, and
 * the input may be secret.
 */
export const jsonCodec: Codec = {
  id: 0,
  encode(value) {
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`JSON cannot say ${typeof value}`);
    return encoder.encode(text);
  },
  decode(bytes) {
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`bytes must be a Uint8Array, got ${typeof bytes}`);
    try {
      const text = decoder.decode(bytes);
      return mayNameProto.test(text) ? JSON.parse(text, dropProto) : JSON.parse(text);
    } catch {
      throw new XcError('XC_CODEC_CORRUPT', 'the bytes are not JSON in UTF-8', {
        details: { codec: 0, bytes: bytes.byteLength },
      });
    }
  },
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

// A reviver makes parsing several times slower, so only text that may hold the name gets one: as it is, or with one of its
// characters (_ 5f, o 6f, p 70, r 72, t 74) written as an escape, which no encoder does unasked.
const mayNameProto = /__proto__|\\u00[567]/;

function dropProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}
