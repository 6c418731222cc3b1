import { corpusCases } from './harness/suite.ts';

corpusCases('cli/random');
corpusCases('ipvs');
