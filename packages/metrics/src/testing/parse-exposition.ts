import type { ExpositionFormat } from '../exposition.ts';
import { FamilyReader } from './family-reader.ts';
import { parseMetadataLine } from './metadata-line.ts';
import type { ParsedFamily } from './parsed-family.ts';
import { parseSampleLine } from './sample-line.ts';

/**
 * Reads an exposition, every type of its format, and is strict: what a Prometheus server would have to guess is refused.
 *
 * @throws SyntaxError with the number of the line.
 *
 * @example
 * ```ts
 * const { body } = await metrics.scrape();
 * const families = parseExposition(new TextDecoder().decode(body), 'text');
 * ```
 */
export function parseExposition(text: string, format: ExpositionFormat): readonly ParsedFamily[] {
  const parser = new Parser(format);
  const lines = text.split('\n');
  // What stands behind the last line feed is no line; OpenMetrics may do without that line feed.
  const isEnded = lines.at(-1) === '';
  if (isEnded) lines.pop();
  let number = 0;
  try {
    for (const line of lines) {
      number++;
      parser.line(line);
    }
    return parser.finish(isEnded || text === '');
  } catch (error) {
    throw new SyntaxError(`line ${Math.max(number, 1)}: ${(error as Error).message}`);
  }
}

class Parser {
  readonly #format: ExpositionFormat;
  readonly #families: ParsedFamily[] = [];
  readonly #names = new Set<string>();
  #family: FamilyReader | undefined;
  #isOver = false;

  constructor(format: ExpositionFormat) {
    this.#format = format;
  }

  line(line: string): void {
    if (this.#isOver) throw new Error('nothing comes after # EOF');
    if (line.startsWith('#')) this.#metadata(line);
    else if (line.trim() !== '') this.#sample(line);
    else if (this.#format === 'openmetrics') throw new Error('there are no blank lines');
  }

  finish(isEnded: boolean): readonly ParsedFamily[] {
    if (this.#format === 'openmetrics' && !this.#isOver) throw new Error('expected # EOF');
    if (this.#format === 'text' && !isEnded) throw new Error('the last line ends in a line feed');
    this.#close();
    return this.#families;
  }

  #metadata(line: string): void {
    const metadata = parseMetadataLine(line, this.#format);
    if (metadata === undefined) return;
    if (metadata.kind === 'EOF') {
      this.#close();
      this.#isOver = true;
      return;
    }
    this.#familyNamed(metadata.name).describe(metadata);
  }

  #sample(line: string): void {
    const sample = parseSampleLine(line, this.#format);
    const family = this.#family?.takes(sample.name) ? this.#family : this.#familyNamed(sample.name);
    if (!family.takes(sample.name)) throw new Error(`${sample.name} is no sample of the ${family.type} ${family.name}`);
    family.add(sample);
  }

  #familyNamed(name: string): FamilyReader {
    if (this.#family?.name === name) return this.#family;
    this.#close();
    this.#family = new FamilyReader(name, this.#format);
    return this.#family;
  }

  #close(): void {
    const family = this.#family;
    if (family === undefined) return;
    for (const name of new Set(family.names)) {
      if (this.#names.has(name)) throw new Error(`${name} belongs to another family, or to one that was over`);
      this.#names.add(name);
    }
    this.#families.push(family.finish());
    this.#family = undefined;
  }
}
