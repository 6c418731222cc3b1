/** Uses of an extension made from option words, as if they stood on a command line. */
import type { Descriptor, MatchDescriptor, TargetDescriptor, XtFamily } from './define.ts';
import { OptionReader, type ParseEnv } from './options.ts';
import type { Use } from './rule.ts';
import { findMatch, findTarget } from './table.ts';

/** An option with its text, and whether it is inverted. */
export type OptionWord = readonly [option: string, text?: string, invert?: boolean];

const NOWHERE: Omit<ParseEnv, 'family' | 'proto'> = {
  protoInvert: false,
  hosts: { lookup: () => [], reverse: () => undefined },
  lab: {
    get ipsets(): never {
      throw new Error('no lab to look up a set in');
    },
    get host(): never {
      throw new Error('no lab to look up the host in');
    },
  },
  warn: () => {},
};

function use<D extends Descriptor>(
  extension: D,
  family: XtFamily,
  proto: number,
  words: readonly OptionWord[],
): Use<D> {
  const reader = new OptionReader(extension.name, extension.options);
  const env = { ...NOWHERE, family, proto };
  for (const [option, text, invert = false] of words)
    reader.give(option, text, invert, env, () => undefined);
  return { extension, info: finishUse(extension, reader, env) };
}

/** The Info of what a reader has been given, after all checks. */
export function finishUse(
  extension: Descriptor,
  reader: OptionReader,
  env: ParseEnv,
): Use<Descriptor>['info'] {
  extension.check?.(reader, env);
  reader.finish();
  // The reader gave every option of the extension's own table the value its type says.
  return extension.parse(reader.values() as Parameters<Descriptor['parse']>[0], env);
}

/** A use of a match; undefined when there is no such match for the family. */
export function useMatch(
  name: string,
  family: XtFamily,
  proto: number,
  words: readonly OptionWord[],
): Use<MatchDescriptor> | undefined {
  const extension = findMatch(name, family);
  return extension && use(extension, family, proto, words);
}

/** A use of a target. */
export function useTarget(
  name: string,
  family: XtFamily,
  words: readonly OptionWord[],
): Use<TargetDescriptor> | undefined {
  const extension = findTarget(name, family);
  return extension && use(extension, family, 0, words);
}
