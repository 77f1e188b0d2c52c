import type { Clock } from '@xc/core';

/** A stream that people look at: `process.stderr`, for instance. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface LiveLine {
  /** Replaces what the line shows. */
  show(text: string): void;
  /** Writes a line that stays. */
  note(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

const LINE_EVERY_MS = 4_000;
const CLEAR = '\r\u001b[K';

/** One line that is written over and over on a terminal; anywhere else a line every four seconds, and at every news. */
export function createLiveLine(screen: Screen, clock: Clock): LiveLine {
  if (screen.isTTY) {
    return {
      show: (text) => screen.write(`${CLEAR}${text.slice(0, (screen.columns ?? 80) - 1)}`),
      note: (text) => screen.write(`${CLEAR}${text}\n`),
      clear: () => screen.write(CLEAR),
    };
  }
  let writtenAt = Number.NEGATIVE_INFINITY;
  let news = '';
  return {
    show(text) {
      const [headline = ''] = text.split('   ');
      if (headline === news && clock.monotonic() - writtenAt < LINE_EVERY_MS) return;
      news = headline;
      writtenAt = clock.monotonic();
      screen.write(`${text}\n`);
    },
    note: (text) => screen.write(`${text}\n`),
    clear() {},
  };
}
