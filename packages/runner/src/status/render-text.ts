import { escapeLogText } from '@fcgi-js/inspector/text';
import { type Fields, poolFields, workerFields } from './fields.ts';
import type { Snapshot, Status } from './snapshot.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** The text that php-fpm has: a name and a value a line, and with `full` a paragraph for each worker. */
export function renderText({ pools }: Status, full: boolean): string {
  return pools.map((pool) => poolText(pool, full)).join('\n');
}

function poolText(snapshot: Snapshot, full: boolean): string {
  const paragraphs = [poolFields(snapshot)];
  if (full) paragraphs.push(...snapshot.workers.map((worker) => workerFields(worker, snapshot.time)));
  return paragraphs.map(paragraph).join(`\n${'*'.repeat(24)}\n`);
}

function paragraph(fields: Fields): string {
  return fields
    .map(([name, value]) => {
      // As php-fpm has it in its text, and only there.
      const title = `${name === 'request uri' ? 'request URI' : name}:`;
      const shown = name === 'start time' ? logTime(Number(value)) : escapeLogText(String(value));
      return `${title.padEnd(24)}${shown}\n`;
    })
    .join('');
}

/** `21/Nov/2026:21:50:09 +0000` */
function logTime(seconds: number): string {
  const [, year, month, day, time] =
    /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(seconds * 1000).toISOString()) ?? [];
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time} +0000`;
}
