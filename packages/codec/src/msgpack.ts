import type { Codec } from '@xc/core';
import { Packr } from 'msgpackr';
import { CodecCorruptError } from './codec-error.ts';
import { codecId } from './codec-id.ts';
import { openEnvelope, putInEnvelope } from './envelope.ts';
import { checkSayable } from './sayable.ts';
import { xxh32 } from './xxh32.ts';

// No record extension: any MessagePack reader can read the payload. Copies, so that no decoded value is a view of the input.
// Maps of any size, for otherwise the own properties of an object end at 65,535. No toJSON: it may be a property like others.
const packr = new Packr({
  useRecords: false,
  mapsAsObjects: true,
  copyBuffers: true,
  variableMapSize: true,
  useToJSON: false,
});

const codec: Codec = {
  id: codecId.msgpack,
  encode(value) {
    const raw = pack(value);
    const id = codecId.msgpack;
    return putInEnvelope({ coding: id, content: id, rawLength: raw.byteLength, rawCheck: xxh32(raw) }, raw);
  },
  decode(bytes) {
    const { coding, payload, rawLength, rawCheck } = openEnvelope(bytes);
    if (coding !== codecId.msgpack) {
      throw new CodecCorruptError('codec', `the payload was made by codec ${coding}, not by msgpack`, { coding });
    }
    if (payload.byteLength !== rawLength || xxh32(payload) !== rawCheck) {
      throw new CodecCorruptError('payload', `the payload is not the ${rawLength} bytes it claims`, { coding });
    }
    return unpack(payload);
  },
};

/**
 * MessagePack in the checked envelope: smaller than JSON, and it can say `undefined`, `Date`, BigInts of up to 64 bits and
 * `Uint8Array`. Needs the package `msgpackr`.
 *
 * What it says otherwise: a `Map` comes back as an object, its numbers among the keys as text; a `Set` as an array; a `Buffer`
 * as `Uint8Array`; a class instance as a plain object of its own enumerable properties, an array without properties beside
 * its elements; a hole and a function as `undefined`, `-0` as 0, and a key `__proto__` as `__proto_`. Symbol keys are left
 * out.
 *
 * What it refuses, wherever it stands in the value, because it would not come back:
 * - every view of memory but `Uint8Array` and `Buffer` (`Float64Array`, `DataView`), `ArrayBuffer`, `SharedArrayBuffer`;
 * - a `Map` with any keys but strings and numbers, or with a number and its text; a subclass of `Map` or `Uint8Array`;
 * - an `Error`, a `RegExp`, a promise, a `String`, `Number`, `Boolean` or `BigInt` object, and whatever else has a class tag
 *   other than `Object`, such as `WeakMap` or `URLSearchParams`;
 * - an object with a method `toJSON`, except `Date` and `Buffer`: call it, if its result is what you want stored;
 * - an object whose property `constructor` is `Object`, `Array` or `Map` though it is none;
 * - text or a key with half a surrogate pair, which UTF-8 cannot hold;
 * - a symbol, a BigInt beyond 64 bits, a value that contains itself, and nesting of more than 1,000 levels.
 *
 * `binding` is ignored. It is a codec as it stands; calling it gives the same one.
 *
 * @throws TypeError from `encode`, for what it refuses.
 * @throws CodecCorruptError `XC_CODEC_CORRUPT` from `decode`, for any bytes but those that it wrote.
 *
 * @example
 * ```ts
 * import { msgpack } from '@xc/codec/msgpack';
 *
 * const codec = lz4(msgpack);
 * codec.decode(codec.encode({ at: new Date(0) })); // { at: 1970-01-01T00:00:00.000Z }
 * ```
 */
export const msgpack: Codec & (() => Codec) = Object.assign((): Codec => msgpack, codec);

function pack(value: unknown): Buffer {
  checkSayable(value);
  try {
    return packr.pack(value);
  } catch (cause) {
    throw new TypeError('MessagePack cannot say this value', { cause });
  }
}

/** Without a cause: the library quotes its input, and the input may be secret. */
function unpack(payload: Uint8Array): unknown {
  try {
    return packr.unpack(payload);
  } catch {
    throw new CodecCorruptError('payload', 'the payload is not MessagePack', { coding: codecId.msgpack });
  }
}
