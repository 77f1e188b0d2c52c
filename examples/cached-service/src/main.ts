import { Database } from './database.ts';
import { listen } from './listen.ts';
import { createShopServer } from './server.ts';
import { openCache } from './shop.ts';

const cache = openCache();
const database = new Database();
const origin = await listen(createShopServer(cache, database));
const ask = async (path: string) => (await fetch(`${origin}${path}`)).text();

await Promise.all(Array.from({ length: 1_000 }, (_, visitor) => ask(`/books/${1 + (visitor % 3)}`)));
console.log(`1,000 visitors, ${database.queries} queries`);

await fetch(`${origin}/prices/1/999`, { method: 'PUT' });
console.log(`after the new price: ${await ask('/books/1')}`);
process.exit();
