/** Thrown when something is missing that the set-up cannot get; the message is one line and says what to type. */
export class CannotSetUp extends Error {}
