/** What an engine can do. Ours can do all; adapters around other pools refuse the rest with XC_POOL_UNSUPPORTED. */
export interface PoolCapabilities {
  /** `resize` changes the size of a running pool. */
  readonly resize: boolean;
  /** `pause` and `resume`. */
  readonly pause: boolean;
  /** `clear` starts a new generation. */
  readonly clear: boolean;
  /** `priority` of a borrower is honoured. */
  readonly priorities: boolean;
  /** Idle resources are validated in the background. */
  readonly keepalive: boolean;
  /** Leases that are not returned are reported. */
  readonly leak: boolean;
}
