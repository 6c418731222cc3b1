import { corpusTranscripts } from './harness/suite.ts';

corpusTranscripts('cli/iptables-ext');
corpusTranscripts('cli/iptables-translate');
