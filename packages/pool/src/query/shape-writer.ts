const LITERAL = '?';
const LIST = '(?)';

/**
 * Puts a shape together from its tokens. Lists fold as soon as they close, by a look back of a few pieces, so that the
 * whole takes linear time.
 */
export class ShapeWriter {
  readonly #pieces: string[] = [];
  /** Where the parentheses that are open now begin. */
  readonly #open: number[] = [];

  /** White space or a comment: one space, and none at the beginning. */
  space(): void {
    const last = this.#pieces.at(-1);
    if (last !== undefined && last !== ' ') this.#pieces.push(' ');
  }

  /** A string, a number or a bound parameter. */
  literal(): void {
    this.#pieces.push(LITERAL);
  }

  /** A name or a keyword. */
  text(text: string): void {
    this.#pieces.push(text);
  }

  /** Punctuation. */
  mark(mark: string): void {
    if (mark === '(') this.#open.push(this.#pieces.length);
    if (mark === ')') this.#close();
    else this.#pieces.push(mark);
  }

  toString(): string {
    const pieces = this.#pieces;
    while (pieces.at(-1) === ' ' || pieces.at(-1) === ';') pieces.pop();
    return pieces.join('');
  }

  #close(): void {
    const begin = this.#open.pop();
    if (begin === undefined || !this.#isList(begin + 1)) {
      this.#pieces.push(')');
      return;
    }
    this.#pieces.length = begin;
    this.#takeBackRepetition();
    this.#pieces.push(LIST);
  }

  /** Whether everything from there on is `?`, `?, ?` and so on. Each piece is looked at by one list at most, which it then joins. */
  #isList(begin: number): boolean {
    const pieces = this.#pieces;
    let wanted = LITERAL;
    for (let at = begin; at < pieces.length; at += 1) {
      const piece = pieces[at];
      if (piece === ' ') continue;
      if (piece !== wanted) return false;
      wanted = wanted === LITERAL ? ',' : LITERAL;
    }
    return wanted === ',';
  }

  /** Of `(?), ` before a list that is about to follow, nothing stays: it would say the same twice. */
  #takeBackRepetition(): void {
    const pieces = this.#pieces;
    let at = pieces.length - 1;
    if (pieces[at] === ' ') at -= 1;
    if (pieces[at] !== ',') return;
    at -= 1;
    if (pieces[at] === ' ') at -= 1;
    if (pieces[at] === LIST) pieces.length = at;
  }
}
