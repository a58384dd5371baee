import type { Finding } from './cause.ts';
import type { Deployment } from './deployment.ts';
import type { Facts } from './facts.ts';
import { gatherFacts } from './gather-facts.ts';
import { judge } from './judge.ts';

/**
 * Finds out why a deployment does not work, and what to do: gathers the facts, then derives the findings.
 *
 * Programs are really started, up to five times each, and end before this returns. Nothing is changed. Evidence quotes logs, output and
 * environments: it may hold secrets and control characters. Hide secrets with `secrecyOf` of `@fcgi-js/inspector` before you show it.
 *
 * @returns an empty array where nothing is wrong
 * @throws DoctorError where the deployment names what is not there; TypeError where an option is out of range; the reason of `signal`
 */
export async function diagnose(deployment: Deployment): Promise<Finding[]> {
  return findingsOf(await gatherFacts(deployment));
}

/**
 * What is wrong, according to facts. Pure: the same facts give the same findings.
 *
 * @param facts of one deployment, as {@link gatherFacts} returns them. A cause that several of them show is one finding with all
 *   their evidence
 */
export function findingsOf(facts: readonly Facts[]): Finding[] {
  const merged = new Map<string, Finding>();
  for (const finding of facts.flatMap(judge)) {
    const evidence = [...(merged.get(finding.id)?.evidence ?? []), ...finding.evidence];
    merged.set(finding.id, { ...finding, evidence: [...new Set(evidence)] });
  }
  return [...merged.values()];
}
