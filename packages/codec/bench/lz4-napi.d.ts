/** The part of the rival that the bench uses; the rival itself is installed for the benches alone. */
declare module 'lz4-napi' {
  const lz4: { compressSync(data: Buffer): Buffer; uncompressSync(data: Buffer): Buffer };
  export default lz4;
}
