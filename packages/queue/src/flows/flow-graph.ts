import { XcError } from '@xc/core';
import { oneOf, plainObject, shown, text } from '../option-checks.ts';

/** An edge: the place of the node it comes from, and what it asks of it. */
export interface FlowEdge {
  readonly node: number;
  readonly on: 'success' | 'settled';
}

/** A node as far as the graph goes. */
export interface GraphNode {
  readonly name: string;
  readonly after?: readonly (string | { readonly name: string; readonly on: 'success' | 'settled' })[] | undefined;
}

const mostNodes = 1_000;

/**
 * The edges of each node, in the order of the nodes.
 *
 * @throws TypeError or RangeError for nodes that are no graph: none or more than 1,000, a name twice, an edge from an unknown name.
 * XcError XC_QUEUE_CYCLE, with the names in `details.cycle`, where nodes wait for each other.
 */
export function flowEdges(nodes: readonly GraphNode[]): readonly (readonly FlowEdge[])[] {
  if (!Array.isArray(nodes)) throw new TypeError(`nodes must be an array, got ${shown(nodes)}`);
  if (nodes.length === 0 || nodes.length > mostNodes) {
    throw new RangeError(`nodes must be 1 to ${mostNodes}, got ${nodes.length}`);
  }
  const places = new Map<string, number>();
  for (const [place, node] of nodes.entries()) {
    plainObject('node', node);
    const name = text('node name', node.name);
    if (places.has(name)) throw new RangeError(`node names must differ, got ${shown(name)} twice`);
    places.set(name, place);
  }
  const edges = nodes.map((node) => edgesOf(node, places));
  refuseCycle(nodes, edges);
  return edges;
}

function edgesOf(node: GraphNode, places: ReadonlyMap<string, number>): readonly FlowEdge[] {
  const { after = [] } = node;
  if (!Array.isArray(after)) throw new TypeError(`after of ${shown(node.name)} must be an array, got ${shown(after)}`);
  const byPlace = new Map<number, FlowEdge>();
  for (const each of after) {
    const edge = typeof each === 'string' ? { name: each, on: 'success' as const } : each;
    plainObject(`after of ${shown(node.name)}`, edge);
    const { name, on } = edge;
    oneOf('on', on, ['success', 'settled']);
    const place = places.get(name);
    if (place === undefined) {
      throw new RangeError(`after of ${shown(node.name)} must be names of the flow, got ${shown(name)}`);
    }
    // Named twice it is one edge, and the one that asks for more.
    if (byPlace.get(place)?.on !== 'success') byPlace.set(place, { node: place, on });
  }
  return [...byPlace.values()];
}

/** Depth first, without recursion: a chain may be as long as the flow. */
function refuseCycle(nodes: readonly GraphNode[], edges: readonly (readonly FlowEdge[])[]): void {
  const state = nodes.map(() => 'new' as 'new' | 'open' | 'done');
  for (const start of nodes.keys()) {
    if (state[start] !== 'new') continue;
    const path: { readonly node: number; next: number }[] = [{ node: start, next: 0 }];
    state[start] = 'open';
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = edges[top.node]?.[top.next++];
      if (edge === undefined) {
        state[top.node] = 'done';
        path.pop();
      } else if (state[edge.node] === 'open') {
        const loop = path.slice(path.findIndex(({ node }) => node === edge.node));
        throw cycleError(loop.map(({ node }) => nodes[node]?.name as string));
      } else if (state[edge.node] === 'new') {
        state[edge.node] = 'open';
        path.push({ node: edge.node, next: 0 });
      }
    }
  }
}

function cycleError(waiting: readonly string[]): XcError<'XC_QUEUE_CYCLE'> {
  // Each waits for the next; told in the order in which they would have run.
  const cycle = [...waiting].reverse();
  return new XcError('XC_QUEUE_CYCLE', `the flow has a cycle: ${cycle.join(', ')}`, { details: { cycle } });
}
