/** The time of day, in the zone of this process. */
export function clock(time: number): string {
  const date = new Date(time);
  const two = (value: number) => `${value}`.padStart(2, '0');
  const milliseconds = `${date.getMilliseconds()}`.padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}
