import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The parts of a `.cpuprofile` that are read here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/** Where an application spent its time. */
export interface SelfTime {
  /** Name of the function, and where it is. */
  readonly place: string;
  /** Of the time in which it was not idle: 0 to 1. */
  readonly share: number;
}

/** What V8 calls time in which nothing is done. */
const IDLE = new Set(['(idle)', '(root)']);

const COUNT = 25;

/**
 * Says of every profile in a folder in which functions most of the time was spent, themselves and not what they call.
 *
 * @param folder in which Node has written profiles
 */
export async function profileSummaries(folder: string): Promise<string[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.cpuprofile'));
  return Promise.all(
    files.sort().map(async (file) => {
      const path = join(folder, file);
      const lines = selfTimes(JSON.parse(await readFile(path, 'utf8')))
        .slice(0, COUNT)
        .map(({ place, share }) => `  ${(share * 100).toFixed(1).padStart(5)} %  ${place}`);
      return [path, ...lines, ''].join('\n');
    }),
  );
}

/** All functions of a profile, the most expensive first. */
export function selfTimes(profile: CpuProfile): SelfTime[] {
  const places = new Map(profile.nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of profile.samples.entries()) {
    const place = places.get(id) ?? '';
    if (IDLE.has(place)) continue;
    const time = profile.timeDeltas[index] ?? 0;
    times.set(place, (times.get(place) ?? 0) + time);
    busy += time;
  }
  return [...times].map(([place, time]) => ({ place, share: time / busy })).sort((a, b) => b.share - a.share);
}

function placeOf({ functionName, lineNumber, url }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = url.startsWith('node:') ? url : (url.split('/').at(-1) ?? url);
  return `${name} ${file}:${lineNumber + 1}`;
}
