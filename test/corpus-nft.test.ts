import { corpusTranscripts } from './harness/suite.ts';

corpusTranscripts('cli/nft-py');
