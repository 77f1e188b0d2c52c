/** The number of an entry's place. It belongs to the entry until the store is written to next: hold none over an `await`. */
export type Slot = number;

/** No slot. */
export const NONE = -1;
