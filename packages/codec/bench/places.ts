/** Records like those of a gazetteer, the same ones every time, until their JSON has `bytes` characters. */
export function places(bytes: number): readonly unknown[] {
  const list: unknown[] = [];
  for (let length = 2; length < bytes; ) {
    const place = placeAt(list.length);
    list.push(place);
    length += JSON.stringify(place).length + 1;
  }
  return list;
}

function placeAt(index: number): unknown {
  const mixed = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return {
    id: 2_000_000 + (mixed % 5_000_000),
    name: names[mixed % names.length],
    country: ['DE', 'FR', 'IT', 'US', 'JP', 'BR'][(mixed >>> 8) % 6],
    feature: ['PPL', 'PPLA', 'PPLC'][(mixed >>> 12) % 3],
    population: mixed % 1_000_000,
    location: {
      type: 'Point',
      coordinates: [((mixed % 36_000_000) - 18_000_000) / 1e5, ((mixed >>> 5) % 9_000_000) / 1e5],
    },
  };
}

const names = [
  'Altenburg',
  'Beauvais',
  'Cremona',
  'Duluth',
  'Ehime',
  'Fortaleza',
  'Görlitz',
  'Hyères',
  'Ivrea',
  'Joplin',
  'Kobe',
  'Londrina',
  'Münster',
  'Nîmes',
  'Orvieto',
  'Peoria',
  'Quimper',
  'Recife',
  'Sapporo',
  'Trani',
  'Ulm',
  'Vannes',
];
