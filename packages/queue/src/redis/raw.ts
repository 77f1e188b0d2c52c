import type { Raw } from './scripts.ts';

/** Text of a raw reply. */
export function text(raw: Raw | undefined): string {
  return Buffer.isBuffer(raw) ? raw.toString() : raw === null || raw === undefined ? '' : String(raw);
}

/** Bytes of a raw reply, `undefined` where there are none. */
export function bytes(raw: Raw | undefined): Buffer | undefined {
  return Buffer.isBuffer(raw) ? raw : undefined;
}

/** The same bytes as plain ones: what goes out to callers is nobody's `Buffer`. */
export function plain(value: Buffer): Uint8Array;
export function plain(value: Buffer | undefined): Uint8Array | undefined;
export function plain(value: Buffer | undefined): Uint8Array | undefined {
  return value && new Uint8Array(value.buffer, value.byteOffset, value.length);
}

/** A number of a raw reply, `undefined` where there is none. */
export function numeric(raw: Raw | undefined): number | undefined {
  return raw === null || raw === undefined ? undefined : Number(Buffer.isBuffer(raw) ? raw.toString() : raw);
}

/** A list of a raw reply. */
export function items(raw: Raw | undefined): readonly Raw[] {
  return Array.isArray(raw) ? (raw as readonly Raw[]) : [];
}
