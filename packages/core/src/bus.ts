/** An active subscription. */
export interface Subscription {
  /** Ends it: no handler is called after this resolves. A second call does nothing. */
  close(): Promise<void>;
}

/** What a subscriber does. A handler that throws takes nothing from the others. */
export interface BusHandlers {
  /** The bytes are the handler's own. */
  message(bytes: Uint8Array): void;
  /** Messages may have been lost (reconnect, overflow): whoever keeps state derived from messages must re-check it. */
  gap(): void;
}

/**
 * Messages between nodes, delivered at most once; what may be missing is told by `gap`.
 *
 * @throws XcError `XC_BUS_CLOSED` (as a rejection) from `publish` and `subscribe` once the bus is disposed of.
 */
export interface Bus extends AsyncDisposable {
  /** Hands the message over; its bytes may be used again as soon as the promise resolves. */
  publish(channel: string, message: Uint8Array): Promise<void>;
  /** Calls the handlers for every message published from the moment it resolves until it is closed. */
  subscribe(channel: string, handlers: BusHandlers): Promise<Subscription>;
}
