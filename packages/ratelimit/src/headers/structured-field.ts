/** Of what RFC 9651 knows besides Integer, String, Boolean and Byte Sequence, only that it is well formed matters here. */
export const otherItem: unique symbol = Symbol('Decimal, Token, Date, Display String or Inner List');

/** A bare item: an Integer as number, a String as string, a Byte Sequence as bytes. */
export type BareItem = number | string | boolean | Uint8Array | typeof otherItem;

/** A value with its parameters, of which the last of a name counts. */
export interface StructuredItem {
  readonly value: BareItem;
  readonly parameters: ReadonlyMap<string, BareItem>;
}

/** Parses a List as RFC 9651 section 4.2 says; `undefined` when it is not one. */
export function parseStructuredList(text: string): readonly StructuredItem[] | undefined {
  const reader = new Reader(text);
  const items: StructuredItem[] = [];
  return reader.members(() => {
    const item = reader.member();
    if (item !== undefined) items.push(item);
    return item !== undefined;
  })
    ? items
    : undefined;
}

/** Parses a Dictionary as RFC 9651 section 4.2 says; `undefined` when it is not one. */
export function parseStructuredDictionary(text: string): ReadonlyMap<string, StructuredItem> | undefined {
  const reader = new Reader(text);
  const members = new Map<string, StructuredItem>();
  return reader.members(() => {
    const key = reader.key();
    const item = key === undefined ? undefined : reader.skip(EQUALS) ? reader.member() : reader.parametersOf(true);
    if (item !== undefined) members.set(key as string, item);
    return item !== undefined;
  })
    ? members
    : undefined;
}

/** Parses an Item as RFC 9651 section 4.2 says; `undefined` when it is not one. */
export function parseStructuredItem(text: string): StructuredItem | undefined {
  return new Reader(text).only();
}

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const PERCENT = 37;
const OPEN = 40;
const CLOSE = 41;
const STAR = 42;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const ONE = 49;
const COLON = 58;
const SEMICOLON = 59;
const EQUALS = 61;
const QUESTION = 63;
const AT = 64;
const BACKSLASH = 92;

/** Reads from left to right, every character once; each method gives `undefined` when the text is malformed. */
class Reader {
  /** Keeps the shape of readers alive, or compiled code would be thrown away whenever the collector finds none of them. */
  static readonly resident: Reader = new this('');

  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Members between commas, all of the text; none of them is well formed as well. */
  members(read: () => boolean): boolean {
    this.#skipSpaces();
    if (this.#at === this.#text.length) return true;
    for (;;) {
      if (!read()) return false;
      this.#skipBlanks();
      if (this.#at === this.#text.length) return true;
      if (!this.skip(COMMA)) return false;
      this.#skipBlanks();
    }
  }

  /** One Item, all of the text. */
  only(): StructuredItem | undefined {
    this.#skipSpaces();
    const item = this.#item();
    this.#skipSpaces();
    return this.#at === this.#text.length ? item : undefined;
  }

  member(): StructuredItem | undefined {
    return this.#code() === OPEN ? this.#innerList() : this.#item();
  }

  skip(code: number): boolean {
    if (this.#code() !== code) return false;
    this.#at += 1;
    return true;
  }

  key(): string | undefined {
    const from = this.#at;
    if (!isLower(this.#code()) && this.#code() !== STAR) return undefined;
    while (isKeyCharacter(this.#code())) this.#at += 1;
    return this.#text.slice(from, this.#at);
  }

  parametersOf(value: BareItem): StructuredItem | undefined {
    if (this.#code() !== SEMICOLON) return { value, parameters: noParameters };
    const parameters = new Map<string, BareItem>();
    while (this.skip(SEMICOLON)) {
      this.#skipSpaces();
      const key = this.key();
      const parameter = key !== undefined && (this.skip(EQUALS) ? this.#bareItem() : true);
      if (key === undefined || parameter === undefined) return undefined;
      parameters.set(key, parameter);
    }
    return { value, parameters };
  }

  #item(): StructuredItem | undefined {
    const value = this.#bareItem();
    return value === undefined ? undefined : this.parametersOf(value);
  }

  #innerList(): StructuredItem | undefined {
    this.#at += 1;
    for (;;) {
      this.#skipSpaces();
      if (this.skip(CLOSE)) return this.parametersOf(otherItem);
      if (this.#item() === undefined) return undefined;
      if (this.#code() !== SPACE && this.#code() !== CLOSE) return undefined;
    }
  }

  #bareItem(): BareItem | undefined {
    const code = this.#code();
    if (isDigit(code) || code === MINUS) return this.#number();
    if (code === QUOTE) return this.#string();
    if (code === COLON) return this.#bytes();
    if (code === STAR || isLower(code | 32)) return this.#token();
    if (this.skip(QUESTION)) return this.skip(ZERO) ? false : this.skip(ONE) ? true : undefined;
    if (this.skip(AT)) return typeof this.#number() === 'number' ? otherItem : undefined;
    return this.skip(PERCENT) ? this.#displayString() : undefined;
  }

  #number(): number | typeof otherItem | undefined {
    const sign = this.skip(MINUS) ? -1 : 1;
    const from = this.#at;
    let value = 0;
    for (; isDigit(this.#code()); this.#at += 1) value = value * 10 + this.#code() - 48;
    const digits = this.#at - from;
    if (digits === 0 || digits > 15) return undefined;
    // Plus 0, or minus 0 would come of it.
    if (!this.skip(DOT)) return sign * value + 0;
    const fraction = this.#at;
    while (isDigit(this.#code())) this.#at += 1;
    const places = this.#at - fraction;
    return digits <= 12 && places >= 1 && places <= 3 ? otherItem : undefined;
  }

  #string(): string | undefined {
    this.#at += 1;
    let text = '';
    let from = this.#at;
    for (; this.#code() >= SPACE && this.#code() < 127; this.#at += 1) {
      const code = this.#code();
      if (code === QUOTE) {
        text += this.#text.slice(from, this.#at);
        this.#at += 1;
        return text;
      }
      if (code !== BACKSLASH) continue;
      text += this.#text.slice(from, this.#at);
      this.#at += 1;
      from = this.#at;
      if (this.#code() !== QUOTE && this.#code() !== BACKSLASH) return undefined;
    }
    return undefined;
  }

  #bytes(): Uint8Array | undefined {
    const text = this.#until(COLON);
    return text !== undefined && base64.test(text) ? Buffer.from(text, 'base64') : undefined;
  }

  #token(): typeof otherItem {
    while (isTokenCharacter(this.#code())) this.#at += 1;
    return otherItem;
  }

  #displayString(): typeof otherItem | undefined {
    const text = this.#code() === QUOTE ? this.#until(QUOTE) : undefined;
    return text !== undefined && percentEncoded.test(text) && isUtf8(text) ? otherItem : undefined;
  }

  /** What stands between the character at hand and the next `code`. */
  #until(code: number): string | undefined {
    const end = this.#text.indexOf(String.fromCharCode(code), this.#at + 1);
    if (end < 0) return undefined;
    const text = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return text;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #skipSpaces(): void {
    while (this.#code() === SPACE) this.#at += 1;
  }

  #skipBlanks(): void {
    while (this.#code() === SPACE || this.#code() === TAB) this.#at += 1;
  }
}

const noParameters: ReadonlyMap<string, BareItem> = new Map<string, BareItem>([]);
// Padding may be left out.
const base64 = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/;
const percentEncoded = /^(?:[ !#$&-~]|%[\da-f]{2})*$/;

function isUtf8(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}

function isTokenCharacter(code: number): boolean {
  return isLower(code | 32) || (code > SPACE && code < 127 && !notInTokens.includes(String.fromCharCode(code)));
}

const notInTokens = '"(),;<=>?@[\\]{}';

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}

function isKeyCharacter(code: number): boolean {
  return isLower(code) || isDigit(code) || code === MINUS || code === DOT || code === STAR || code === 95;
}
