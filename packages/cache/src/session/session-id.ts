import { randomBytes } from 'node:crypto';
import type { Random } from '@xc/core';
import { sha256 } from '../keys/sha256.ts';

const BYTES = 32;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** 32 random bytes in base64url: 43 characters that nobody guesses, unless a `random` of a test makes them. */
export function sessionId(random: Random | undefined): string {
  const bytes =
    random === undefined ? randomBytes(BYTES) : Buffer.from(Array.from({ length: BYTES }, () => random.next() * 256));
  return bytes.toString('base64url');
}

/** What a session is stored under: who reads the store cannot take over a session. Undefined for what can be no id. */
export function sessionKey(id: string): string | undefined {
  return typeof id === 'string' && SHAPE.test(id) ? sha256(id) : undefined;
}
