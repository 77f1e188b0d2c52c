/** Options of {@link redisStore}. */
export interface RedisStoreOptions {
  /**
   * Before every key.
   * @defaultValue 'xc:rl:'
   */
  readonly prefix?: string;
  /**
   * A secret. With it, keys and tags go into Redis as HMAC-SHA-256, so that nobody who reads the keyspace learns them.
   * @defaultValue keys go in as they are
   */
  readonly hashKeys?: string;
}

/** @throws TypeError for an unknown option and for one of the wrong kind; never tells the secret. */
export function checkRedisStoreOptions(options: RedisStoreOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`options must be an object, got ${options === null ? 'null' : typeof options}`);
  }
  for (const option in options) {
    if (option !== 'prefix' && option !== 'hashKeys') throw new TypeError(`unknown option ${option}`);
  }
  const { prefix, hashKeys } = options;
  if (prefix !== undefined && typeof prefix !== 'string') {
    throw new TypeError(`prefix must be a text, got ${prefix === null ? 'null' : typeof prefix}`);
  }
  if (hashKeys !== undefined && (typeof hashKeys !== 'string' || hashKeys === '')) {
    throw new TypeError(`hashKeys must be a secret text, got ${hashKeys === '' ? 'an empty text' : typeof hashKeys}`);
  }
}
