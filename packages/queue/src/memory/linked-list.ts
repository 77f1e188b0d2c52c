/** What can stand in a {@link LinkedList}: in one at a time, and it knows in which. */
export interface Link {
  prev: Link | undefined;
  next: Link | undefined;
  list: LinkedList<Link> | undefined;
}

/** A list whose links are the members' own, so that any member leaves at once and nothing is allocated. */
export class LinkedList<out Node extends Link> {
  /** The first. */
  head: Node | undefined = undefined;
  /** The last. */
  tail: Node | undefined = undefined;
  size = 0;

  push(node: Link): void {
    node.list = this;
    node.prev = this.tail;
    node.next = undefined;
    if (this.tail === undefined) this.head = node as Node;
    else this.tail.next = node;
    this.tail = node as Node;
    this.size += 1;
  }

  unshift(node: Link): void {
    node.list = this;
    node.prev = undefined;
    node.next = this.head;
    if (this.head === undefined) this.tail = node as Node;
    else this.head.prev = node;
    this.head = node as Node;
    this.size += 1;
  }

  remove(node: Link): void {
    if (node.prev === undefined) this.head = node.next as Node | undefined;
    else node.prev.next = node.next;
    if (node.next === undefined) this.tail = node.prev as Node | undefined;
    else node.next.prev = node.prev;
    node.prev = undefined;
    node.next = undefined;
    node.list = undefined;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<Node, void> {
    for (let node = this.head; node !== undefined; node = node.next as Node | undefined) yield node;
  }
}
