/** What a colour stands for; the page decides which colour it is, in light and in dark. */
export type Tone = 'before' | 'after' | 'fresh' | 'stale' | 'error' | 'waiting';

/** A stretch of time in which something was wrong; drawn as a shade behind the data. */
export interface Span {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

interface TimeLine {
  readonly title: string;
  /** One sentence below the title. */
  readonly note: string;
  /** The time line runs from 0 to here. */
  readonly endMs: number;
  readonly spans: readonly Span[];
}

/** Durations over time, on a logarithmic scale. */
export interface LineChart extends TimeLine {
  readonly kind: 'lines';
  readonly lines: readonly {
    readonly name: string;
    readonly tone: Tone;
    /** Thin lines give context to the others. */
    readonly thin?: boolean;
    /** A gap where there was nothing to measure. */
    readonly points: readonly { readonly atMs: number; readonly ms: number | undefined }[];
  }[];
}

/** Counts over time, one bar a slot, stacked from the first layer upwards. */
export interface StackChart extends TimeLine {
  readonly kind: 'stack';
  readonly layers: readonly { readonly name: string; readonly tone: Tone }[];
  readonly slotMs: number;
  readonly slots: readonly { readonly fromMs: number; readonly counts: readonly number[] }[];
}

/** Which state something was in. */
export interface StripChart extends TimeLine {
  readonly kind: 'strip';
  readonly periods: readonly {
    readonly name: string;
    readonly tone: Tone;
    readonly fromMs: number;
    readonly toMs: number;
  }[];
}

/** What something said of itself, in words. */
export interface FactsTable {
  readonly kind: 'facts';
  readonly title: string;
  readonly note: string;
  readonly facts: readonly (readonly [what: string, how: string])[];
}

/** What is drawn along a time line. */
export type TimeChart = LineChart | StackChart | StripChart;

export type Chart = TimeChart | FactsTable;
