import type { JobError } from '../job/job-error.ts';

/** What changes of a job, as `x` keeps it: flags, failures, leases, leases lost in a row, fence, then parts of one letter. */
export interface JobBits {
  readonly cancelled: boolean;
  readonly failures: number;
  readonly leases: number;
  readonly lost: number;
  readonly fence: number;
  readonly part: (letter: string) => Buffer | undefined;
}

const HEADER = 21;
const fresh = Buffer.alloc(HEADER);

/** Reads the bits of a job; those of one that was never leased are nothing. */
export function readBits(bytes: Buffer | null): JobBits {
  const x = bytes ?? fresh;
  return {
    cancelled: ((x[0] as number) & 1) === 1,
    failures: x.readUInt32BE(1),
    leases: x.readUInt32BE(5),
    lost: x.readUInt32BE(9),
    fence: x.readDoubleBE(13),
    part: (letter) => (x.length === HEADER ? undefined : partOf(x, letter)),
  };
}

function partOf(x: Buffer, letter: string): Buffer | undefined {
  const wanted = letter.charCodeAt(0);
  for (let at = HEADER; at < x.length; ) {
    const end = at + 5 + x.readUInt32BE(at + 1);
    if (x[at] === wanted) return x.subarray(at + 5, end);
    at = end;
  }
  return undefined;
}

/** Errors are kept as JSON. */
export function writeError(error: JobError): string {
  return JSON.stringify(error);
}

/** Reads what `writeError` wrote. */
export function readError(bytes: Buffer | undefined): JobError | undefined {
  if (bytes === undefined || bytes.length === 0) return undefined;
  const { name, message, code, stack } = JSON.parse(bytes.toString()) as JobError;
  return { name, message, code, stack };
}
