import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a network does to the bytes on it; `over` is aborted when the next weather comes. */
export type Weather =
  | { readonly kind: 'fair'; readonly over: AbortController }
  | { readonly kind: 'cut'; readonly over: AbortController }
  | { readonly kind: 'half-open'; readonly over: AbortController }
  | { readonly kind: 'delay'; readonly ms: number; readonly over: AbortController }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number; readonly over: AbortController };

/** Bytes that came in, or the end of them. */
interface Parcel {
  readonly bytes: Buffer | undefined;
  readonly arrivedAt: number;
}

/** Beyond this much in waiting the sender is no longer read, as a full network would have it. */
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
const SLICES_PER_SECOND = 50;

/** Carries what `from` sends to `to`, in order and as the weather of each moment has it. */
export function carry(from: Socket, to: Socket, weather: () => Weather): void {
  const waiting: Parcel[] = [];
  let waitingBytes = 0;
  let carrying = false;

  const take = (bytes: Buffer | undefined): void => {
    if (weather().kind === 'half-open') return;
    waiting.push({ bytes, arrivedAt: performance.now() });
    waitingBytes += bytes?.length ?? 0;
    if (waitingBytes > MOST_WAITING_BYTES) from.pause();
    void deliverAll();
  };
  from.on('data', take);
  from.on('end', () => take(undefined));

  async function deliverAll(): Promise<void> {
    if (carrying) return;
    carrying = true;
    for (let parcel = waiting.shift(); parcel !== undefined; parcel = waiting.shift()) {
      await due(parcel, weather);
      await deliver(parcel, to, weather);
      waitingBytes -= parcel.bytes?.length ?? 0;
      if (waitingBytes <= MOST_WAITING_BYTES) from.resume();
    }
    carrying = false;
  }
}

/** Waits until the parcel may arrive; a change of the weather decides anew. */
async function due({ arrivedAt }: Parcel, weather: () => Weather): Promise<void> {
  for (;;) {
    const today = weather();
    const wait = today.kind === 'delay' ? arrivedAt + today.ms - performance.now() : 0;
    if (wait <= 0) return;
    await rest(wait, today);
  }
}

async function deliver({ bytes }: Parcel, to: Socket, weather: () => Weather): Promise<void> {
  if (bytes === undefined) {
    if (weather().kind !== 'half-open') to.end();
    return;
  }
  for (let sent = 0; sent < bytes.length; ) {
    const today = weather();
    if (today.kind === 'half-open' || to.destroyed) return;
    const throttled = today.kind === 'throttle';
    const slice = throttled ? Math.max(1, Math.floor(today.bytesPerSecond / SLICES_PER_SECOND)) : bytes.length;
    const part = bytes.subarray(sent, sent + slice);
    // What was sent is on its way: the pause comes before the bytes, so that no burst is faster than the rate.
    if (throttled) await rest((part.length * 1_000) / today.bytesPerSecond, today);
    await write(to, part);
    sent += part.length;
  }
}

async function write(to: Socket, bytes: Buffer): Promise<void> {
  if (to.destroyed || to.write(bytes)) return;
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      to.off('drain', settle).off('close', settle);
      resolve();
    };
    to.on('drain', settle).on('close', settle);
  });
}

async function rest(ms: number, weather: Weather): Promise<void> {
  await sleep(ms, undefined, { signal: weather.over.signal }).catch(() => {});
}
