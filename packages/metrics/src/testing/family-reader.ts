import type { ExpositionFormat } from '../exposition.ts';
import { checkHistogramSeries } from './histogram-rules.ts';
import type { Metadata } from './metadata-line.ts';
import type { ParsedFamily, ParsedSample, ParsedType } from './parsed-family.ts';
import { checkSample, innerLabel, suffixesOf } from './sample-rules.ts';

/** Gathers one family, line by line; throws an `Error` for what does not belong into it. */
export class FamilyReader {
  readonly name: string;
  readonly #format: ExpositionFormat;
  #type: ParsedType | undefined;
  #help: string | undefined;
  #unit: string | undefined;
  readonly #samples: ParsedSample[] = [];
  /** The samples of each series; those of the last one come next to each other. */
  readonly #series = new Map<string, ParsedSample[]>();
  readonly #seen = new Set<string>();
  #current = '';

  constructor(name: string, format: ExpositionFormat) {
    this.name = name;
    this.#format = format;
  }

  get type(): ParsedType {
    return this.#type ?? (this.#format === 'text' ? 'untyped' : 'unknown');
  }

  /** The names that nobody else may have. */
  get names(): readonly string[] {
    return ['', ...suffixesOf(this.type, this.#format)].map((suffix) => this.name + suffix);
  }

  takes(sampleName: string): boolean {
    return suffixesOf(this.type, this.#format).some((suffix) => this.name + suffix === sampleName);
  }

  describe({ kind, text }: Exclude<Metadata, { kind: 'EOF' }>): void {
    if (this.#samples.length > 0) throw new Error(`# ${kind} comes before the samples`);
    const known = { HELP: this.#help, TYPE: this.#type, UNIT: this.#unit }[kind];
    if (known !== undefined) throw new Error(`# ${kind} stands there twice`);
    if (kind === 'HELP') this.#help = text;
    else if (kind === 'TYPE') this.#type = text;
    else this.#unit = text;
  }

  add(sample: ParsedSample): void {
    checkSample(sample, this.name, this.type, this.#format);
    const inner = innerLabel(this.name, this.type);
    const key = keyOf(Object.entries(sample.labels).filter(([name]) => name !== inner));
    const series = this.#series.get(key) ?? [];
    if (series.length > 0 && key !== this.#current) throw new Error('the samples of a series stand together');
    this.#checkTime(sample, series.at(-1));
    this.#current = key;
    this.#series.set(key, [...series, sample]);
    this.#samples.push(sample);
  }

  /** The family, when it is whole. */
  finish(): ParsedFamily {
    const { type, name } = this;
    const help = this.#help;
    const unit = this.#unit;
    if (unit !== undefined && unit !== '') {
      if (!name.endsWith(`_${unit}`)) throw new Error(`${name} does not end in its unit ${unit}`);
      if (type === 'info' || type === 'stateset') throw new Error(`the type ${type} has no unit`);
    }
    if (type === 'histogram' || type === 'gaugehistogram') {
      for (const samples of this.#series.values()) checkHistogramSeries(name, samples, this.#format);
    }
    return {
      name,
      type,
      ...(help === undefined ? {} : { help }),
      ...(unit === undefined ? {} : { unit }),
      samples: this.#samples,
    };
  }

  #checkTime(sample: ParsedSample, before: ParsedSample | undefined): void {
    const id = `${sample.name} ${keyOf(Object.entries(sample.labels))}`;
    if (sample.timestamp === undefined && this.#seen.has(id)) throw new Error('this sample stands there twice');
    this.#seen.add(id);
    if (before === undefined || this.#format === 'text') return;
    if ((sample.timestamp === undefined) !== (before.timestamp === undefined)) {
      throw new Error('either all samples of a series have timestamps or none');
    }
    if ((sample.timestamp ?? 0) < (before.timestamp ?? 0)) throw new Error('timestamps do not go backwards');
  }
}

function keyOf(labels: readonly (readonly [string, string])[]): string {
  return JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1)));
}
