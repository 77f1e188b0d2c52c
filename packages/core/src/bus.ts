/** An active subscription. */
export interface Subscription {
  close(): Promise<void>;
}

export interface BusHandlers {
  message(bytes: Uint8Array): void;
  /** Messages may have been lost (reconnect, overflow): whoever keeps state derived from messages must re-check it. */
  gap(): void;
}

/** Messages between nodes, delivered at most once; what may be missing is told by `gap`. */
export interface Bus extends AsyncDisposable {
  publish(channel: string, message: Uint8Array): Promise<void>;
  subscribe(channel: string, handlers: BusHandlers): Promise<Subscription>;
}
