import { corpusCases } from './harness/suite.ts';

corpusCases('cli/iptables-ext');
corpusCases('cli/iptables-translate');
