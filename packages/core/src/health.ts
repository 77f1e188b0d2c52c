export interface ProbeResult {
  readonly status: 'up' | 'degraded' | 'down';
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Says how one dependency or component is. */
export interface HealthProbe {
  readonly name: string;
  check(signal: AbortSignal): Promise<ProbeResult>;
}
