import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { encodeStream, RecordType, STREAM_RECORD_CONTENT_LIMIT } from '@fcgi-js/protocol';
import { open } from '../connect.ts';
import { measureGenerations } from '../generations.ts';
import { compare, formerGoals } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import type { Kind } from './kind.ts';

const RECORDS_PER_WRITE = 16;
const content = new Uint8Array(STREAM_RECORD_CONTENT_LIMIT * RECORDS_PER_WRITE);
const records = encodeStream(RecordType.Stdin, 1, content);
const titles: Record<string, string> = { ignore: 'read and ignore', decode: 'read, decode with fcgi-js' };

/** What the decoder costs where records are large. */
export const stdin: Kind = {
  name: 'stdin',
  title: 'Decoding records of 64 KB',
  unit: 'ns CPU/byte',
  run: async (bench) => {
    const { stdinBytes } = bench.options.scale;
    const notes: string[] = [];
    const measured = await measureGenerations(bench, {
      start: async () => {
        const setups = [];
        for (const work of ['ignore', 'decode']) {
          for (const application of await bench.startContenders(['stdin'], work, notes)) {
            await send(application.socketPath, stdinBytes, work);
            setups.push({ application, work });
          }
        }
        return setups;
      },
      measure: ({ application, work }) =>
        bench.measure(application, () => send(application.socketPath, stdinBytes, work)),
    });
    const rows = measured.map(([{ application, work }, samples]) => ({
      name: application.contender.name.replace('stdin', work),
      title: application.contender.title.replace(/^.*STDIN/, titles[work] ?? work),
      figures: samples.map(({ cpu, result }) => (cpu.total * 1_000) / result),
      systemShare: spreadOf(samples.map(({ cpu }) => cpu.system / cpu.total)).median,
    }));
    const goal = { of: 'decode', against: 'ignore', atMost: 1.1 };
    return { rows, comparisons: compare([goal, ...formerGoals(rows)], rows), notes };
  },
};

/** Sends records, checks that all of their bytes have arrived, and gives the number of bytes sent. */
async function send(path: string, bytes: number, work: string): Promise<number> {
  const socket = await open({ path });
  let answer = '';
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text;
  });
  const writes = Math.ceil(bytes / records.length);
  await Promise.all([pipeline(Readable.from(repeat(records, writes)), socket), finished(socket)]);
  const expected = writes * (work === 'decode' ? content : records).length;
  if (answer !== String(expected)) throw new Error(`${work}: ${answer} of ${expected} bytes have arrived.`);
  return writes * records.length;
}

function* repeat(chunk: Uint8Array, times: number): Generator<Uint8Array> {
  for (let i = 0; i < times; i += 1) yield chunk;
}
