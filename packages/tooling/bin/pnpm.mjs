// Runs the pinned pnpm with the given arguments, on a machine that has only npm too: `npm run pnpm -- install`.
import { spawnSync } from 'node:child_process';
import { pnpmCommand } from '../src/pnpm-command.mjs';

const [command, ...args] = pnpmCommand();
const { error, status } = spawnSync(command, [...args, ...process.argv.slice(2)], { stdio: 'inherit' });
if (error !== undefined) throw error;
process.exitCode = status ?? 1;
