import { PassThrough, type Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import { checkInteger, checkOptions, show } from './check-options.ts';
import type { ContentCoding } from './negotiate.ts';

/** How a response body is compressed. */
export interface ContentEncoderOptions {
  /** How hard to try: 1 to 9 for gzip, 0 to 11 for br. @defaultValue gzip 6, br 4 */
  readonly level?: number;
  /**
   * Sends on what each write gives at once, at some cost in size: for server-sent events and other bodies that are read
   * while they are written. @defaultValue false
   */
  readonly flushEachWrite?: boolean;
}

/**
 * Makes the stream that a response body is piped through once {@link negotiate} has chosen. `identity` passes the bytes on
 * as they are.
 *
 * It belongs to the caller: `pipeline` ends it with the response, and an error of either side ends both.
 *
 * @throws TypeError or RangeError when the coding is unknown or an option is none.
 *
 * @example
 * ```ts
 * response.setHeader('content-encoding', coding);
 * response.removeHeader('content-length');
 * await pipeline(body, contentEncoder(coding), response);
 * ```
 */
export function contentEncoder(coding: ContentCoding, options: ContentEncoderOptions = {}): Transform {
  checkOptions('contentEncoder', options, ['level', 'flushEachWrite']);
  const { flushEachWrite = false } = options;
  if (typeof flushEachWrite !== 'boolean')
    throw new TypeError(`flushEachWrite must be a boolean, got ${show(flushEachWrite)}`);
  switch (coding) {
    case 'br': {
      const { level = 4 } = options;
      checkInteger('level', level, 0, 11);
      return createBrotliCompress({
        flush: flushEachWrite ? constants.BROTLI_OPERATION_FLUSH : constants.BROTLI_OPERATION_PROCESS,
        params: { [constants.BROTLI_PARAM_QUALITY]: level },
      });
    }
    case 'gzip': {
      const { level = 6 } = options;
      checkInteger('level', level, 1, 9);
      return createGzip({ level, flush: flushEachWrite ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH });
    }
    case 'identity':
      return new PassThrough();
    default:
      throw new TypeError(`coding must be br, gzip or identity, got ${JSON.stringify(coding)}`);
  }
}
