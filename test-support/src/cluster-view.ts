/** One line of CLUSTER NODES. */
export interface NodeView {
  readonly id: string;
  readonly port: number;
  readonly myself: boolean;
  /** Its role in the eyes of the node that was asked. */
  readonly role: 'master' | 'replica';
  /** The id of its master, of a replica. */
  readonly masterId: string | undefined;
  readonly failing: boolean;
  readonly connected: boolean;
  /** First and last slot of each range. */
  readonly slots: readonly (readonly [first: number, last: number])[];
}

/** Reads the answer of CLUSTER NODES. */
export function parseClusterNodes(text: string): readonly NodeView[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseLine);
}

function parseLine(line: string): NodeView {
  const [id = '', address = '', flagList = '', masterId = '-', , , , link = '', ...slots] = line.trim().split(' ');
  const flags = flagList.split(',');
  return {
    id,
    port: Number(/:(\d+)/.exec(address)?.[1]),
    myself: flags.includes('myself'),
    role: flags.includes('master') ? 'master' : 'replica',
    masterId: masterId === '-' ? undefined : masterId,
    failing: flags.includes('fail') || flags.includes('fail?') || flags.includes('handshake'),
    connected: link === 'connected',
    // '[93->-id]' is a slot on its way and says nothing about who serves it.
    slots: slots.filter((range) => !range.startsWith('[')).map(parseRange),
  };
}

function parseRange(range: string): readonly [number, number] {
  const [first = '', last = first] = range.split('-');
  return [Number(first), Number(last)];
}
