/** The oldest Node that the runner runs on. */
const OLDEST = '20.19.0';

const VERSION = /^(?:>=|[~^=v])? ?(\d{1,5})(?:\.(\d{1,5}))?(?:\.(\d{1,5}))?/;

/**
 * The oldest Node that a bundle runs on.
 *
 * @param range `engines.node` of the application, of which the lowest version counts
 */
export function neededNode(range: string | undefined): string {
  const lowest = (range ?? '')
    .split('||')
    .flatMap((alternative) => {
      const [, major, minor = '0', patch = '0'] = VERSION.exec(alternative.trim()) ?? [];
      return major === undefined ? [] : [`${major}.${minor}.${patch}`];
    })
    .sort(compareVersions)[0];
  return lowest !== undefined && compareVersions(lowest, OLDEST) > 0 ? lowest : OLDEST;
}

/** Below 0 where the first version is the older one, 0 where they are the same. */
export function compareVersions(one: string, other: string): number {
  const numbers = other.split('.').map(Number);
  const differences = one.split('.').map((part, index) => Number(part) - (numbers[index] ?? 0));
  return differences.find((difference) => difference !== 0) ?? 0;
}
