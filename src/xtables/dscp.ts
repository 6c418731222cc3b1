/** Differentiated services classes as the dscp match and the DSCP target read them. */
import { dscpClass } from '../packet/dscp.ts';
import { parameterProblem } from './errors.ts';

/** The code point of a class, in any case of letters. */
export function readDscpClass(text: string): number {
  return dscpClass(text) ?? parameterProblem(`Invalid DSCP value \`${text}'`);
}
