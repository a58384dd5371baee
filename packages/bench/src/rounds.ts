/**
 * Measures contenders in turn, again and again, so that whatever else goes on on the machine meets all of them.
 * Every second round goes backwards: none always comes after the same one.
 *
 * @param contenders who
 * @param rounds how often
 * @param measure gives a sample of one of them
 * @returns the samples of each, in the order of the rounds
 */
export async function interleave<Contender, Sample>(
  contenders: readonly Contender[],
  rounds: number,
  measure: (contender: Contender) => Promise<Sample>,
): Promise<Map<Contender, Sample[]>> {
  const samples = new Map<Contender, Sample[]>(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) samples.get(contender)?.push(await measure(contender));
  }
  return samples;
}
