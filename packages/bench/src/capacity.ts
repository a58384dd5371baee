import { capacity } from './capacity/cli.ts';

process.exitCode = await capacity(process.argv.slice(2), (text) => console.log(text));
