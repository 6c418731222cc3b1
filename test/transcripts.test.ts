import { readdirSync } from 'node:fs';
import { ownCases, ownPacketCases } from './harness/suite.ts';

for (const folder of readdirSync(new URL('transcripts', import.meta.url))) ownCases(folder);
ownPacketCases();
