import { endProcess, ownMessages, processIo, RunnerError } from '@fcgi-js/runner/command';
import { readSettings } from '@fcgi-js/runner/options';
import { runProcess } from '@fcgi-js/runner/process';
import { APP_FOLDER } from '../kit/layout.ts';
import { readFacts } from '../read-facts.ts';

/**
 * The program of a bundle: serves the application beside it as `fcgi run` does, on the socket that the web server has handed to this
 * process, or one request in plain CGI. Its working directory is the bundle.
 */
const io = processIo();

async function serve(): Promise<number> {
  try {
    // Of a configuration that is included, all but this holds on a shared host, too.
    const flags = { listen: 'auto', workers: undefined };
    const app = `${APP_FOLDER}/${readFacts(io.cwd).app}`;
    await runProcess(io, await readSettings(io, { app, args: [], config: [], flags }), {});
    return 0;
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    if (error.message !== '') ownMessages(io, 'red')(error.message);
    return 1;
  }
}

await endProcess(await serve());
