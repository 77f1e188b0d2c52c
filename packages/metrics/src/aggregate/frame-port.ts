/** A way to another worker of the same program; messages may be lost with it, never changed. */
export interface FramePort {
  /** Sends plain data. A port whose other end is gone loses it without a word. */
  send(message: unknown): void;
  /** Calls `handler` with every message, also with those of others, until the returned function is called. */
  receive(handler: (message: unknown) => void): () => void;
}
