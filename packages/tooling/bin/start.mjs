// `npm start`: from a fresh clone to an Express application served over FastCGI. Needs nothing but Node and npm.
import { parseArgs } from 'node:util';
import { unsupportedNode } from '../src/node-version.mjs';
import { pnpmCommand } from '../src/pnpm-command.mjs';
import { StepFailed, step } from '../src/steps.mjs';
import { findProgram, whyMissing } from '../src/system-packages.mjs';

const usage = `npm start [-- options]

  --nginx      put the installed nginx in front of the application, instead of the embedded HTTP gateway
  --port N     the port on 127.0.0.1 to begin with: the first free one is used (default: 3000)
  --help       this text
`;

/** @param {string[]} argv */
async function main(argv) {
  const options = readOptions(argv);
  if (options === undefined) return;
  const obstacle = unsupportedNode() ?? (options.nginx ? whyMissing('nginx') : undefined);
  if (obstacle !== undefined) throw new StepFailed(obstacle);

  const pnpm = pnpmCommand();
  const example = 'fcgi-js-examples';
  // Only what the example needs: the tools of the tests are most of the download.
  await step('Installing packages', [
    ...pnpm,
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
    '--filter=fcgi-js-workspace',
    `--filter=${example}...`,
  ]);
  // Without declarations: nothing here reads them, and they take most of the time.
  await step('Building', [...pnpm, `--filter=${example}^...`, 'run', 'build', '--no-dts']);

  const { serve } = await import('../../../docs/examples/express/serve.js');
  await serve({ port: options.port, nginx: options.nginx ? findProgram('nginx') : undefined });
}

/** @param {string[]} argv */
function readOptions(argv) {
  const { values } = parse(argv);
  if (values.help) {
    process.stdout.write(usage);
    return undefined;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StepFailed(`--port must be a number from 1 to 65535, not "${values.port}"\n\n${usage}`);
  }
  return { nginx: values.nginx, port };
}

/** @param {string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: 'boolean', default: false },
        nginx: { type: 'boolean', default: false },
        port: { type: 'string', default: '3000' },
      },
    });
  } catch (error) {
    throw new StepFailed(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
