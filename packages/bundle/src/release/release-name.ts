/** The name of a release: the time at which it was made, in UTC, to the second. */
export function releaseName(now: Date): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
}
