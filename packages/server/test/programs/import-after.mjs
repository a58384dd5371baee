// `node import-after.mjs FILE`: what a module exports as `place` that is imported after descriptor 0 has been looked at.
import { isFcgiListenSocket } from '@fcgi-js/server';

const [, , file = ''] = process.argv;
isFcgiListenSocket();
const { place } = await import(file);
console.log(place);
