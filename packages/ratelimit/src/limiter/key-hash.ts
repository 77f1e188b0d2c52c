import { createHmac, randomBytes } from 'node:crypto';

/**
 * Stands for keys in events and log lines: the same key has the same hash for as long as the function lives, and whoever
 * reads one cannot get back to the key.
 */
export function keyHash(): (key: string) => string {
  let secret: Buffer | undefined;
  return (key) => {
    secret ??= randomBytes(16);
    return createHmac('sha256', secret).update(key).digest('base64url').slice(0, 12);
  };
}
