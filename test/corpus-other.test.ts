import { corpusTranscripts } from './harness/suite.ts';

corpusTranscripts('cli/random');
corpusTranscripts('ipvs');
