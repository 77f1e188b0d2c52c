const MASK = '***';

/** What is shorter cannot be told from the rest of a message. */
const SHORTEST = 3;

/**
 * The same error, in whose texts each password is masked: those given, and that of a URL among them, as written and decoded.
 * Drivers and `new URL` put what they could not read into their errors.
 */
export function withoutPassword(error: unknown, ...secrets: readonly unknown[]): unknown {
  const passwords = secrets
    .filter((secret) => typeof secret === 'string')
    .flatMap((secret) => (secret.includes('://') ? passwordsOf(secret) : [secret]))
    .filter((password) => password.length >= SHORTEST);
  if (passwords.length > 0) mask(error, passwords, 0);
  return error;
}

function passwordsOf(url: string): readonly string[] {
  const found = /:\/\/[^/@:]*:(.*)@/.exec(url)?.[1] ?? /[?&]password=([^&]*)/.exec(url)?.[1];
  if (found === undefined) return [];
  try {
    return [found, decodeURIComponent(found)];
  } catch {
    return [found];
  }
}

function mask(holder: unknown, passwords: readonly string[], depth: number): void {
  if (typeof holder !== 'object' || holder === null || depth > 4) return;
  for (const key of Reflect.ownKeys(holder)) {
    const { value, writable } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
    if (typeof value !== 'string') mask(value, passwords, depth + 1);
    else if (writable && passwords.some((password) => value.includes(password))) {
      Reflect.set(
        holder,
        key,
        passwords.reduce((text, password) => text.replaceAll(password, MASK), value),
      );
    }
  }
}
