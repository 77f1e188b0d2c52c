import type { Target } from '../api/target.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { Repair } from '../l2/recovery.ts';

/** Groups to give a new version. */
export interface RaisedGroups {
  readonly groups: readonly string[];
  readonly lengths: readonly number[];
  readonly soft: boolean;
}

/** What became of keys in the second level. */
export interface Dropped {
  readonly version: bigint;
  readonly failed: ReadonlySet<string>;
  readonly error: unknown;
}

/** What has to be repeated where the target did not arrive. */
export function repairsOf(space: NameSpace, target: Target, soft: boolean): readonly Repair[] {
  if ('key' in target) return [{ kind: 'key', place: space.place(target.key), soft }];
  if ('keys' in target) return target.keys.map((key) => ({ kind: 'key', place: space.place(key), soft }));
  const { groups, lengths } = groupsOf(space, target, soft);
  return groups.map((group) => ({ kind: 'group', group, length: lengths[0], soft }));
}

/** The groups of a target that is not of keys. */
export function groupsOf(space: NameSpace, target: Target, soft: boolean): RaisedGroups {
  if ('tags' in target)
    return { groups: [...new Set(target.tags)].map((tag) => space.tagGroup(tag)), lengths: [], soft };
  if ('prefix' in target) return { groups: [space.prefixGroup(target.prefix)], lengths: [target.prefix.length], soft };
  return { groups: [space.group], lengths: [], soft };
}

/** What another node invalidated, as far as its group tells. */
export function targetOf(group: string): Target {
  const rest = group.slice(group.indexOf('/') + 1);
  if (group.startsWith('t')) return { tags: [rest] };
  if (group.startsWith('p')) return { prefix: rest };
  return { all: true };
}

/** The path of the namespace of a group. */
export function pathOf(group: string): string {
  const slash = group.indexOf('/');
  return slash < 0 ? group.slice(1) : group.slice(1, slash);
}
