import { corpusCases } from './harness/suite.ts';

corpusCases('cli/nft-py');
