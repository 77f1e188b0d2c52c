import { type CipherGCMTypes, createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';
import type { Codec } from '@xc/core';
import { checkInner } from './check-options.ts';
import { CodecCorruptError, CodecKeyError } from './codec-error.ts';
import { codecId, isCompression } from './codec-id.ts';
import { type CompressedCodec, decodeInner, encodeInner, over, reads, unreadable } from './compressed.ts';
import { beginEnvelope, closeEnvelope, headerBytes, openEnvelope } from './envelope.ts';
import { type Keyring, readKeyring } from './keyring.ts';
import { lz4 } from './lz4.ts';

/**
 * Encrypts what `inner` encodes with AES-256-GCM (NIST SP 800-38D) and a random nonce.
 *
 * Writes with the current key, reads with every key of the ring. The `binding` given to `encode` (a cache key, a job id) is
 * authenticated: `decode` refuses the bytes under any other, so that nobody with access to the store can pass one value off
 * as another. The length of the value and the name of its key stay visible. Compress inside, not outside:
 * `encrypted(lz4(jsonCodec), keyring)`; a reader over plain `jsonCodec` reads that too, and the other way round, so that
 * compression can come and go.
 *
 * Use one key for no more than 2^32 values: beyond that, two random nonces may meet.
 *
 * Payload: 1 byte length of the key's name, the name in UTF-8, 12 bytes nonce, ciphertext, 16 bytes tag. Authenticated: all
 * of the envelope before the nonce, then `binding` in UTF-16, where no two strings are alike.
 *
 * @throws TypeError or RangeError at once when `inner` or a key is none; never with a key's bytes in the message.
 * @throws CodecKeyError `XC_CODEC_KEY` from `decode`, when the ring does not hold the key.
 * @throws CodecCorruptError `XC_CODEC_CORRUPT` from `decode`, for altered bytes, another binding, or other bytes under the
 * name of the key.
 * @throws CodecTooLargeError `XC_CODEC_TOO_LARGE` from `encode`, at 4 GiB.
 *
 * @example
 * ```ts
 * const codec = encrypted(lz4(jsonCodec), { current: '2025', keys: { '2025': newKey, '2024': oldKey } });
 * const bytes = codec.encode({ iban: 'DE02...' }, 'user:42');
 * codec.decode(bytes, 'user:42'); // { iban: 'DE02...' }
 * codec.decode(bytes, 'user:43'); // XC_CODEC_CORRUPT
 * ```
 */
export function encrypted(inner: Codec, keyring: Keyring): Codec {
  checkInner(inner);
  const keys = readKeyring(keyring);
  const decodeContent = contentDecoder(inner);

  return {
    id: codecId.aes256gcm,
    encode(value, binding) {
      const raw = encodeInner(inner, value, binding);
      const rawLength = raw.byteLength;
      const { name, key } = keys.current;
      const header = { coding: codecId.aes256gcm, content: inner.id, rawLength, rawCheck: 0 };
      const envelope = beginEnvelope(header, 1 + name.length + nonceBytes + rawLength + tagBytes);
      envelope[headerBytes] = name.length;
      envelope.set(name, headerBytes + 1);

      const nonceAt = headerBytes + 1 + name.length;
      const nonce = randomFillSync(envelope.subarray(nonceAt, nonceAt + nonceBytes));
      const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      cipher.setAAD(authenticated(envelope.subarray(0, nonceAt), binding));
      envelope.set(cipher.update(raw), nonceAt + nonceBytes);
      cipher.final();
      envelope.set(cipher.getAuthTag(), nonceAt + nonceBytes + rawLength);
      return closeEnvelope(envelope);
    },
    decode(bytes, binding) {
      const { coding, content, rawLength, payload } = openEnvelope(bytes);
      if (coding !== codecId.aes256gcm) {
        throw new CodecCorruptError('codec', `the payload was made by codec ${coding}, which does not encrypt`, {
          coding,
        });
      }
      const nonceAt = 1 + (payload[0] ?? 0);
      const ciphertextAt = nonceAt + nonceBytes;
      if (payload.byteLength !== ciphertextAt + rawLength + tagBytes) {
        throw new CodecCorruptError('payload', 'the payload is not as long as it claims', { coding });
      }
      const keyId = Buffer.from(payload.subarray(1, nonceAt)).toString();
      const key = keys.find(keyId);
      if (key === undefined) throw new CodecKeyError(keyId);

      const nonce = payload.subarray(nonceAt, ciphertextAt);
      const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes });
      decipher.setAAD(authenticated(bytes.subarray(0, headerBytes + nonceAt), binding));
      decipher.setAuthTag(payload.subarray(ciphertextAt + rawLength));
      const raw = decipher.update(payload.subarray(ciphertextAt, ciphertextAt + rawLength));
      try {
        decipher.final();
      } catch {
        throw new CodecCorruptError('authentication', 'not encrypted with this key for this binding', { keyId });
      }
      return decodeContent(content, raw, binding);
    },
  };
}

const algorithm: CipherGCMTypes = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** The name of the key tells its own length, so that no part can pass for the next one. */
function authenticated(header: Uint8Array, binding = ''): Uint8Array {
  return Buffer.concat([header, Buffer.from(binding, 'utf16le')]);
}

/** Reads the content as `inner`, or with compression where `inner` has none, or without it where `inner` has one. */
function contentDecoder(inner: Codec): (content: number, raw: Uint8Array, binding: string | undefined) => unknown {
  const unpacking = lz4(inner);
  const plain = (inner as Partial<CompressedCodec>)[over];
  return (content, raw, binding) => {
    if (reads(inner, content)) return decodeInner(inner, raw, binding);
    if (isCompression(content)) return unpacking.decode(raw, binding);
    if (plain?.id === content) return decodeInner(plain, raw, binding);
    throw unreadable(content, inner);
  };
}
