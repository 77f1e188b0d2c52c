/** One part of what the process says of itself. */
export interface Probe {
  /** Reads, at the beginning of each scrape. */
  read(): void;
  /** Reads what Node.js tells of only after a turn of the event loop. */
  readLate?(): void;
  /** After the scrape: what it did itself is not to be measured. */
  resume?(): void;
  /** Lets go of everything that was held. */
  stop?(): void;
}
