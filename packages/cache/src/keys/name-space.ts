/** The first character of places that are not simply a key of the root. */
const MARK = '\u0001';
const MARK_CODE = 1;
/** What no name of a namespace has, before that of a resource. */
const RESOURCE = '@';

/**
 * The keys and groups of one namespace.
 *
 * A *place* is how memory names a key: the key itself in the root, so that a hit there builds no text; `\u0001a:b/key` in a
 * namespace. A *tier key* is how the second level names it: `/key`, `a:b/key`. A *group* is a tag (`ta:b/tag`), a prefix
 * (`pa:b/prefix`) or a namespace (`na:b`); namespace names have neither slash nor colon, so no two of these are alike.
 *
 * A resource is one, `a:@user`, whose tags are those of the namespace that it is in: from there they are invalidated.
 */
export class NameSpace {
  /** '' for the root. */
  readonly path: string;
  /** Of this namespace and all that it is in, outermost first. */
  readonly chain: readonly string[];
  readonly #root: boolean;
  readonly #tagPath: string;

  constructor(path: string) {
    this.path = path;
    this.#root = path === '';
    const names = this.#root ? [] : path.split(':');
    this.#tagPath = names.at(-1)?.startsWith(RESOURCE) ? names.slice(0, -1).join(':') : path;
    this.chain = ['n', ...names.map((_, index) => `n${names.slice(0, index + 1).join(':')}`)];
  }

  place(key: string): string {
    if (this.#root) return key.charCodeAt(0) === MARK_CODE ? `${MARK}/${key}` : key;
    return `${MARK}${this.path}/${key}`;
  }

  tagGroup(tag: string): string {
    return `t${this.#tagPath}/${tag}`;
  }

  prefixGroup(prefix: string): string {
    return `p${this.path}/${prefix}`;
  }

  get group(): string {
    return `n${this.path}`;
  }

  /** Whether the place is of this namespace and of none within it. */
  owns(place: string): boolean {
    return partsOf(place).path === this.path;
  }

  /** Whether the place is of this namespace or of one within it. */
  covers(place: string): boolean {
    if (this.#root) return true;
    return place.startsWith(`${MARK}${this.path}/`) || place.startsWith(`${MARK}${this.path}:`);
  }
}

/** How the second level names a place. */
export function tierKeyOf(place: string): string {
  return place.charCodeAt(0) === MARK_CODE ? place.slice(1) : `/${place}`;
}

/** How memory names what the second level calls `tierKey`. */
export function placeOf(tierKey: string): string {
  if (tierKey.charCodeAt(0) !== 47) return MARK + tierKey;
  return tierKey.charCodeAt(1) === MARK_CODE ? MARK + tierKey : tierKey.slice(1);
}

/** The path of the namespace of a place, and the key in it. */
export function partsOf(place: string): { readonly path: string; readonly key: string } {
  if (place.charCodeAt(0) !== MARK_CODE) return { path: '', key: place };
  const slash = place.indexOf('/');
  return { path: place.slice(1, slash), key: place.slice(slash + 1) };
}

/** The path of a namespace or of a resource within one. */
export function pathOf(outer: string, name: string, kind: 'namespace' | 'resource'): string {
  const own = kind === 'resource' ? `${RESOURCE}${name}` : name;
  return outer === '' ? own : `${outer}:${own}`;
}

/** The path of a namespace as users know it, seen from one that it is in; '' from itself; undefined: it is in another. */
export function pathWithin(outer: string, path: string): string | undefined {
  if (path === outer) return '';
  const inner = outer === '' ? path : path.startsWith(`${outer}:`) ? path.slice(outer.length + 1) : undefined;
  return inner?.replace(RESOURCE, '');
}
