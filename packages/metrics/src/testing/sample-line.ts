import type { ExpositionFormat } from '../exposition.ts';
import type { ParsedExemplar, ParsedSample } from './parsed-family.ts';

/** OpenMetrics 1.0, Exemplars: the length of all names and values. */
const MOST_EXEMPLAR_CHARACTERS = 128;

/** Reads one sample; throws an `Error` that says what was expected. */
export function parseSampleLine(line: string, format: ExpositionFormat): ParsedSample {
  const cursor = new Cursor(line, format);
  const name = cursor.take(/[a-zA-Z_:][a-zA-Z0-9_:]*/y, 'a metric name');
  cursor.blank();
  const labels = cursor.sees('{') ? cursor.labels() : {};
  cursor.space();
  const value = readValue(cursor.take(/[^ \t]+/y, 'a value'));
  if (cursor.isAtEnd) return { name, labels, value };
  cursor.space();
  if (format === 'openmetrics' && cursor.sees('#')) return { name, labels, value, exemplar: readExemplar(cursor) };
  const timestamp = readTimestamp(cursor.take(/[^ \t]+/y, 'a timestamp'), format);
  if (cursor.isAtEnd) return { name, labels, value, timestamp };
  cursor.space();
  return { name, labels, value, timestamp, exemplar: readExemplar(cursor) };
}

/** A number as Prometheus writes it; `undefined` when it is none. */
export function readNumber(text: string): number | undefined {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(text)) return Number(text);
  return special.get(text);
}

const special = new Map([
  ['NaN', Number.NaN],
  ['Inf', Number.POSITIVE_INFINITY],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

function readValue(text: string): number {
  const value = readNumber(text);
  if (value === undefined) throw new Error(`expected a value, got ${JSON.stringify(text)}`);
  return value;
}

function readTimestamp(text: string, format: ExpositionFormat): number {
  const timestamp = readNumber(text);
  const isOne = format === 'text' ? /^-?\d+$/.test(text) : Number.isFinite(timestamp);
  if (timestamp === undefined || !isOne) throw new Error(`expected a timestamp, got ${JSON.stringify(text)}`);
  return timestamp;
}

function readExemplar(cursor: Cursor): ParsedExemplar {
  cursor.take(/# (?=\{)/y, 'an exemplar');
  const labels = cursor.labels();
  const characters = Object.entries(labels).reduce(
    (sum, [name, value]) => sum + [...name].length + [...value].length,
    0,
  );
  if (characters > MOST_EXEMPLAR_CHARACTERS) throw new Error(`an exemplar has ${characters} characters`);
  cursor.space();
  const value = readValue(cursor.take(/[^ ]+/y, 'the value of an exemplar'));
  if (cursor.isAtEnd) return { labels, value };
  cursor.space();
  const timestamp = readTimestamp(cursor.take(/[^ ]+/y, 'the timestamp of an exemplar'), 'openmetrics');
  if (!cursor.isAtEnd) throw new Error('expected the end of the line');
  return { labels, value, timestamp };
}

/** Goes through one line from left to right. */
class Cursor {
  readonly #line: string;
  readonly #isText: boolean;
  #at = 0;

  constructor(line: string, format: ExpositionFormat) {
    this.#line = line;
    this.#isText = format === 'text';
  }

  get isAtEnd(): boolean {
    return this.#at === this.#line.length;
  }

  sees(character: string): boolean {
    return this.#line[this.#at] === character;
  }

  take(pattern: RegExp, expected: string): string {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#line) ?? [];
    if (found === undefined) throw new Error(`expected ${expected}, got ${JSON.stringify(this.#line.slice(this.#at))}`);
    this.#at += found.length;
    return found;
  }

  /** OpenMetrics has one space between tokens; text 0.0.4 any number of blanks and tabs, also none behind the labels. */
  space(): void {
    const isApart = '} \t'.includes(this.#line[this.#at - 1] ?? '');
    if (this.#isText) this.take(isApart ? /[ \t]*/y : /[ \t]+/y, 'a space');
    else this.take(/ /y, 'a space');
  }

  labels(): Record<string, string> {
    const labels = new Map<string, string>();
    this.take(/\{/y, 'a brace');
    this.blank();
    while (!this.sees('}')) {
      const name = this.take(/[a-zA-Z_][a-zA-Z0-9_]*/y, 'a label name');
      if (labels.has(name)) throw new Error(`the label ${name} stands there twice`);
      this.blank();
      this.take(/=/y, '=');
      this.blank();
      const value = this.take(/"(?:[^"\\]|\\.)*"/y, 'a label value in quotes');
      labels.set(name, withoutEscapes(value.slice(1, -1)));
      this.blank();
      if (this.sees('}')) break;
      this.take(/,/y, 'a comma');
      this.blank();
      if (this.sees('}') && !this.#isText) throw new Error('expected a label after the comma');
    }
    this.take(/\}/y, 'a closing brace');
    return Object.fromEntries(labels);
  }

  /** What may stand between tokens of text 0.0.4. */
  blank(): void {
    if (this.#isText) this.take(/[ \t]*/y, '');
  }
}

/** What is no escape stands for itself, the backslash included. */
function withoutEscapes(text: string): string {
  return text.replace(/\\(["\\n])/g, (_, character: string) => (character === 'n' ? '\n' : character));
}
