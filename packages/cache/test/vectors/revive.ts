interface Coded {
  readonly $?: string;
  readonly $long?: string;
  readonly v?: string;
  readonly n?: number;
  readonly end?: string;
}

/** Values that JSON cannot say, from the way in which the vectors write them. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const { $, $long, v = '', n = 0, end = '' } = value as Coded;
  if ($long !== undefined) return $long.repeat(n) + end;
  if ($ === undefined) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
  const kinds: Record<string, () => unknown> = {
    undefined: () => undefined,
    bigint: () => BigInt(v),
    date: () => new Date(v),
    bytes: () => Uint8Array.from(Buffer.from(v, 'base64')),
    number: () => Number(v),
  };
  return kinds[$]?.();
}
