/**
 * The keys of one breaker, all in one slot: its name is their hash tag. Braces would end the tag early, so they are
 * percent-encoded, as control characters are; a percent sign is only where it would read as such a code.
 */
export function fleetKeys(prefix: string, name: string): readonly string[] {
  const fleet = `${prefix}:{${encoded(name)}}`;
  return [`${fleet}:live`, `${fleet}:votes`, `${fleet}:probes`, `${fleet}:open`, `${fleet}:epoch`];
}

// An empty tag is none, and the keys of a registry may be empty.
function encoded(name: string): string {
  return name === '' ? '%' : name.replace(/[{}\p{Cc}]|%(?=[0-9a-f]{2})|^%$/giu, encodeURIComponent);
}
