/** Runs transcripts in this process and says how they went. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Tools } from '../../commands/dispatch.ts';
import { Sandbox } from './sandbox.ts';
import { diffStep, type Outcome, parseTranscript, type Step, sameOutcome } from './transcript.ts';

export interface Verdict {
  readonly step: Step;
  readonly actual: Outcome;
  readonly passed: boolean;
}

/** The network IPVS transcripts were recorded in; a `hosts` file beside a transcript asks for it. */
const IPVS_HOST = [
  'ip link add eth0 type dummy',
  'ip addr add 192.0.2.1/24 dev eth0',
  'ip link set eth0 up',
  'ip addr add 2001:db8::1/64 dev eth0 nodad',
];

export async function runTranscript(tools: Tools, file: string): Promise<readonly Verdict[]> {
  const hosts = join(dirname(file), 'hosts');
  const options = existsSync(hosts) ? { hosts: readFileSync(hosts, 'utf8'), setup: IPVS_HOST } : {};
  const sandbox = await Sandbox.open(tools, options);
  try {
    const verdicts: Verdict[] = [];
    for (const step of parseTranscript(readFileSync(file, 'utf8'))) {
      const actual = await sandbox.run(step.command);
      verdicts.push({ step, actual, passed: sameOutcome(step, actual) });
    }
    return verdicts;
  } finally {
    sandbox.close();
  }
}

export function describeFailure(file: string, { step, actual }: Verdict): string {
  return `${file}:${step.number}\n${diffStep(step, actual)}`;
}
