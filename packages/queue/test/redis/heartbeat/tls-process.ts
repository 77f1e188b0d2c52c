import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { createServer } from 'node:tls';
import { selfSigned } from './self-signed.ts';

/** Stands before a server and speaks TLS, in a process of its own: the one of the test stands still. */
const port = Number(process.argv[2]);
const server = createServer(selfSigned, (secure) => {
  const plain = connect(port, '127.0.0.1');
  secure.pipe(plain).pipe(secure);
  const end = (): void => {
    secure.destroy();
    plain.destroy();
  };
  for (const socket of [secure, plain]) socket.on('error', end).on('close', end);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
