import { gzip } from 'node:zlib';
import type { Rendered } from '../render/render.ts';

/** Smaller bodies are not worth it. */
const LEAST_BYTES_TO_COMPRESS = 1_024;

/** A body as it is sent. */
export interface EncodedBody {
  readonly body: Uint8Array;
  readonly encoding: 'gzip' | undefined;
  readonly series: number;
}

/** One rendering that everybody waits for who has asked for the same; it ends when nobody is left. */
export class SharedRendering {
  readonly #controller = new AbortController();
  readonly #rendered: Promise<Rendered>;
  #compressed: Promise<Uint8Array> | undefined;
  #waiting = 0;

  constructor(start: (signal: AbortSignal) => Promise<Rendered>) {
    this.#rendered = start(this.#controller.signal);
    // Whoever waits hears of a failure; when all have gone nobody has to.
    this.#rendered.catch(() => {});
  }

  /** Whether everybody has gone, so that it is of no use to a newcomer. */
  get isAbandoned(): boolean {
    return this.#controller.signal.aborted;
  }

  /** Resolves to the body, the same one for all who take the same encoding. Rejects with the reason of `signal`, at once. */
  async body(compress: boolean, signal: AbortSignal | undefined): Promise<EncodedBody> {
    this.#waiting++;
    try {
      return await orAborted(this.#encode(compress), signal);
    } finally {
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort(signal?.reason);
    }
  }

  async #encode(compress: boolean): Promise<EncodedBody> {
    const { bytes, series } = await this.#rendered;
    if (!compress || bytes.length < LEAST_BYTES_TO_COMPRESS) return { body: bytes, encoding: undefined, series };
    this.#compressed ??= compressed(bytes);
    return { body: await this.#compressed, encoding: 'gzip', series };
  }
}

function compressed(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    gzip(bytes, (error, result) => (error === null ? resolve(result) : reject(error)));
  });
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
