import type { Exposition, ExpositionFormat, ScrapeRequest } from '../exposition.ts';
import { acceptsGzip, negotiateExposition } from '../render/negotiate-exposition.ts';
import type { Rendered } from '../render/render.ts';
import { SharedRendering } from './shared-rendering.ts';

/** Renders everything in one format, or only the families of these names. */
export type RenderAll = (what: RenderWhat, signal: AbortSignal) => Promise<Rendered>;

/** What one rendering shows. */
export interface RenderWhat {
  readonly format: ExpositionFormat;
  readonly names: ReadonlySet<string> | undefined;
}

const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Answers scrapes; those that ask for the same thing at the same time get the same rendering. */
export class Scraper {
  readonly #render: RenderAll;
  readonly #running = new Map<string, SharedRendering>();

  constructor(render: RenderAll) {
    this.#render = render;
  }

  async scrape({ accept, acceptEncoding, names, signal }: ScrapeRequest = {}): Promise<Exposition> {
    signal?.throwIfAborted();
    const format = negotiateExposition(accept);
    const wanted = names === undefined ? undefined : [...new Set(names)].sort();
    const key = JSON.stringify([format, wanted]);
    const rendering = this.#shared(key, { format, names: wanted && new Set(wanted) });
    const { body, encoding, series } = await rendering.body(acceptsGzip(acceptEncoding), signal);
    return {
      headers: {
        'content-type': contentTypes[format],
        vary: 'accept, accept-encoding',
        'cache-control': 'no-store',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      },
      body,
      series,
    };
  }

  #shared(key: string, what: RenderWhat): SharedRendering {
    const running = this.#running.get(key);
    if (running !== undefined && !running.isAbandoned) return running;
    const forget = () => {
      // Whoever asks from now on sees newer values.
      if (this.#running.get(key) === rendering) this.#running.delete(key);
    };
    const rendering: SharedRendering = new SharedRendering((signal) => this.#render(what, signal).finally(forget));
    this.#running.set(key, rendering);
    return rendering;
  }
}
