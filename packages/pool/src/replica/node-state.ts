/** What is known of one node, as last probed. */
export interface NodeState {
  readonly name: string;
  /** `outdated`: claims to accept writes, though another one does so in a higher term. `unknown`: has not answered yet. */
  readonly role: 'primary' | 'replica' | 'outdated' | 'unknown';
  /** Undefined until it has answered. */
  readonly term: number | undefined;
  /** `Infinity` until it has answered. */
  readonly lagMs: number;
  /** Undefined until it has answered. */
  readonly position: string | undefined;
  /** Whether it failed too often to be used. */
  readonly ejected: boolean;
  /** Of its probes, smoothed; undefined until it has answered. */
  readonly latencyMs: number | undefined;
}
