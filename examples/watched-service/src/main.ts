import { runtimeMetrics } from '@xc/metrics';
import { trackSlo } from '@xc/metrics/rules';
import { createInstruments } from './instruments.ts';
import { listen } from './listen.ts';
import { answered, countAnswers } from './objective.ts';
import { createService } from './service.ts';

const cities = new Map([
  ['lisbon', { name: 'Lisbon', population: 517_802 }],
  ['porto', { name: 'Porto', population: 249_633 }],
]);
const find = async (id: string) => {
  if (id === 'broken') throw new Error('the database is away');
  return cities.get(id);
};

const instruments = createInstruments();
runtimeMetrics(instruments.metrics);
const slo = trackSlo(answered, { read: () => countAnswers(instruments.metrics) });
const origin = await listen(createService(instruments, find, slo.status), Number(process.env.PORT ?? 3_000));
console.log(`a visitor:          curl ${origin}/cities/lisbon`);
console.log(`one in trouble:     curl -i ${origin}/cities/broken`);
console.log(`what is measured:   curl ${origin}/metrics`);
console.log(`how the budget is:  curl ${origin}/slo   (after ten seconds)`);
