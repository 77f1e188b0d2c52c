/** What a server says of itself. */
export interface ServerFacts {
  /** `undefined` where it does not tell. */
  readonly version: string | undefined;
  /** Its `maxmemory-policy`; `undefined` where it does not tell. */
  readonly policy: string | undefined;
  /** Whether it may remove keys that nobody has deleted and that have not expired. */
  readonly evicts: boolean;
  /** Whether it is at least 6.2; taken for granted where it does not tell. */
  readonly isSupported: boolean;
}

/** Reads the reply to INFO. */
export function readServerFacts(info: string): ServerFacts {
  const version = /^redis_version:(\S+)/m.exec(info)?.[1];
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  return {
    version,
    policy,
    evicts: policy !== undefined && policy !== 'noeviction',
    isSupported: isAtLeast62(version),
  };
}

function isAtLeast62(version: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version ?? '') ?? [];
  if (major === undefined) return true;
  return Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2);
}
