import { readdirSync } from 'node:fs';
import { ownTranscripts } from './harness/suite.ts';

for (const folder of readdirSync(new URL('transcripts', import.meta.url))) ownTranscripts(folder);
