import type { ConformanceReport } from '../result.ts';

/** What a badge service such as shields.io reads from an endpoint. */
export interface Badge {
  readonly color: 'brightgreen' | 'red' | 'yellow';
  readonly label: string;
  readonly message: string;
  readonly schemaVersion: 1;
}

/** The report as a badge: yellow where only checks of the level hardening fail, red where others do. */
export function badgeOf({ results }: ConformanceReport): Badge {
  const counted = results.filter(({ outcome }) => outcome !== 'skipped');
  const failed = counted.filter(({ outcome }) => outcome === 'failed');
  const isHard = failed.some(({ level }) => level !== 'hardening');
  return {
    color: failed.length === 0 ? 'brightgreen' : isHard ? 'red' : 'yellow',
    label: 'FastCGI conformance',
    message: `${counted.length - failed.length}/${counted.length}`,
    schemaVersion: 1,
  };
}
