/** Checks of single words, with their messages (iptables' xshared.c). */
import { parameterProblem } from '../../src/xtables/errors.ts';
import type { XtFamily } from '../../src/xtables/names.ts';
import { wholeUint } from '../../src/xtables/numbers.ts';
import { findTarget } from '../../src/xtables/table.ts';
import { VERDICT_NAMES } from './verdicts.ts';

/** XT_EXTENSION_MAXNAMELEN. */
const NAME_LIMIT = 29;
const BLANK = /[ \t\n\v\f\r]/;

export function checkLength(chain: string): void {
  if (chain.length >= NAME_LIMIT)
    parameterProblem(`chain name \`${chain}' too long (must be under ${NAME_LIMIT} chars)`);
}

/** parse_chain: the name of a new chain. */
export function checkNewChain(name: string, family: XtFamily): void {
  checkLength(name);
  if (name.startsWith('-') || name.startsWith('!'))
    parameterProblem(`chain name not allowed to start with \`${name[0]}'`);
  if (name === '' || VERDICT_NAMES.has(name) || findTarget(name, family))
    parameterProblem('chain name may not clash with target name');
  if (BLANK.test(name)) parameterProblem(`Invalid chain name \`${name}'`);
}

/** xt_parse_target. */
export function checkTargetName(name: string): void {
  if (name === '') parameterProblem('Invalid target name (too short)');
  if (name.length >= NAME_LIMIT)
    parameterProblem(`Invalid target name \`${name}' (${NAME_LIMIT - 1} chars max)`);
  if (BLANK.test(name)) parameterProblem(`Invalid target name \`${name}'`);
}

export function parseRuleNumber(text: string): number {
  const number = wholeUint(text, 1, 0x7fffffff);
  return number ?? parameterProblem(`Invalid rule number \`${text}'`);
}

/** xtables_parse_interface. */
export function checkInterface(name: string, warn: (text: string) => void): void {
  if (name === '') parameterProblem('Empty interface is likely to be undesired');
  if (name.length >= 16)
    parameterProblem(`interface name \`${name}' must be shorter than 16 characters`);
  if (/[/ ]/.test(name))
    warn(
      `Warning: weird character in interface \`${name}' ('/' and ' ' are not allowed by the kernel).\n`,
    );
}

/** As sscanf %llu: what follows the digits does not matter. */
export function parseCounter(text: string, which: string): bigint {
  const digits = /^\s*\+?(\d+)/.exec(text)?.[1];
  if (digits === undefined) parameterProblem(`--set-counters ${which} counter not numeric`);
  return BigInt.asUintN(64, BigInt(digits));
}
