import { corpusCases } from './harness/suite.ts';

corpusCases('packets');
