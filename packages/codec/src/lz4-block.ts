import { lz4Wasm } from './lz4-wasm.ts';

/**
 * LZ4 blocks in the scratch memory of a WebAssembly module (wasm/lz4-block.ts). What it returns is a view of that memory,
 * good until the next call.
 */
export interface Lz4Block {
  /** The block that `raw` compresses to, or undefined when it would take more than `maxBytes`. */
  compress(raw: Uint8Array, maxBytes: number): Uint8Array | undefined;
  /** The `rawBytes` bytes that `block` stands for, or undefined when it stands for anything else. */
  decompress(block: Uint8Array, rawBytes: number): Uint8Array | undefined;
}

/**
 * Makes an engine that costs nothing until its first call.
 *
 * It keeps 1 MiB of scratch memory for itself. Larger inputs get memory of their own, for the one call, because the memory
 * of a module can grow but never shrink.
 */
export function createLz4Block(): Lz4Block {
  let load: (() => Engine) | undefined;
  let resident: Engine | undefined;

  function engineFor(bytes: number): Engine {
    load ??= loader();
    if (bytes <= residentBytes) {
      if (resident === undefined) {
        resident = load();
        makeRoom(resident, residentBytes);
      }
      return resident;
    }
    const passing = load();
    makeRoom(passing, bytes);
    return passing;
  }

  return {
    compress(raw, maxBytes) {
      if (raw.byteLength > maxInputBytes) return undefined;
      const engine = engineFor(raw.byteLength + maxBytes);
      const { source, target } = place(engine, raw);
      const size = engine.compress(source, raw.byteLength, target, maxBytes) >>> 0;
      return size === 0 ? undefined : new Uint8Array(engine.memory.buffer, target, size);
    },
    decompress(block, rawBytes) {
      if (rawBytes > maxInputBytes || rawBytes > block.byteLength * maxRatio) return undefined;
      const engine = engineFor(block.byteLength + rawBytes);
      const { source, target } = place(engine, block);
      if (!engine.decompress(source, block.byteLength, target, rawBytes)) return undefined;
      return new Uint8Array(engine.memory.buffer, target, rawBytes);
    },
  };
}

interface Engine {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly heapStart: { readonly value: number };
  readonly slack: { readonly value: number };
  compress(source: number, size: number, target: number, capacity: number): number;
  decompress(source: number, size: number, target: number, rawSize: number): number;
}

/** LZ4_MAX_INPUT_SIZE of the reference implementation. */
const maxInputBytes = 0x7e_00_00_00;
/** One byte of a block stands for at most 255 raw ones. */
const maxRatio = 255;
const pageBytes = 65_536;
const residentBytes = 15 * pageBytes;

/** The part of WebAssembly in use: the types of Node 20 do not declare its classes. */
interface Host {
  readonly WebAssembly: {
    readonly Module: new (binary: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: object };
  };
}

function loader(): () => Engine {
  const { WebAssembly } = globalThis as unknown as Host;
  const module = new WebAssembly.Module(Buffer.from(lz4Wasm, 'base64'));
  return () => new WebAssembly.Instance(module).exports as Engine;
}

/** Input and output together may take `bytes`. */
function makeRoom({ memory, heapStart, slack }: Engine, bytes: number): void {
  const missing = heapStart.value + bytes + 2 * slack.value - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

function place({ memory, heapStart, slack }: Engine, input: Uint8Array): { source: number; target: number } {
  const source = heapStart.value;
  new Uint8Array(memory.buffer).set(input, source);
  return { source, target: source + input.byteLength + slack.value };
}
