import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../poll.ts';
import { runDoctor } from './run-doctor.ts';

/**
 * Waits until the doctor finds something in what a web server has logged.
 *
 * @param folder for the file that the doctor reads
 * @param logged what has been logged so far
 * @returns the ids of the findings
 */
export async function findInLog(folder: string, logged: () => Promise<string>): Promise<string[]> {
  const file = join(folder, 'part.log');
  let last = '';
  try {
    return await until(
      async () => {
        const text = await logged();
        // What has been looked at already has nothing to find.
        if (text === last) return undefined;
        last = text;
        await writeFile(file, text);
        const found = await runDoctor(['--log', file]);
        return found.length === 0 ? undefined : found.map(({ id }) => id);
      },
      { interval: 200, what: 'finding' },
    );
  } catch (error) {
    throw new Error(`${String(error)}\nlogged: ${last}`);
  }
}
