/** The name of a release: the time at which it was made, in UTC, to the second; of two in the same second, the later has the next one. */
export function releaseName(now: Date, isTaken: (name: string) => boolean): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  const name = `${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}`;
  return isTaken(name) ? releaseName(new Date(now.getTime() + 1000), isTaken) : name;
}
