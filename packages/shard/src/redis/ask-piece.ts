import type { Raw } from './scripts.ts';

/** Asks for a piece of one value: a command, and what stands behind its key. */
export type AskPiece = (command: string, ...args: readonly (string | number | Buffer)[]) => Promise<Raw>;
