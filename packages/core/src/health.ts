/** How something is at the moment of a check. */
export interface ProbeResult {
  /** `degraded` still does its work, only worse. */
  readonly status: 'up' | 'degraded' | 'down';
  /** Facts for the reader of a health page; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Says how one dependency or component is. */
export interface HealthProbe {
  /** Names it on a health page; unique in an application. */
  readonly name: string;
  /** Looks now; gives up with the reason of `signal` when it aborts. */
  check(signal: AbortSignal): Promise<ProbeResult>;
}
