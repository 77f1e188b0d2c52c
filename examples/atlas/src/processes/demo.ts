/** The demo, as one of its processes sees it. */
export interface Demo<Order, Message> {
  readonly order: Order;
  tell(message: Message): void;
}

/**
 * Waits for the order of the demo. `leave` runs when the demo lets go of this process or dies; then the process ends.
 * Ctrl-C reaches every process of the terminal, and is left to the demo.
 */
export function joinDemo<Order, Message>(leave: () => Promise<void> = async () => {}): Promise<Demo<Order, Message>> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.once('disconnect', () => void leave().finally(() => process.exit()));
  return new Promise((resolve) => {
    process.once('message', (order: Order) => {
      resolve({
        order,
        tell: (message) => {
          // A demo that has died in the meantime has 'disconnect' for us.
          if (process.connected) process.send?.(message as object, () => {});
        },
      });
    });
  });
}
