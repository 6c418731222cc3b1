/** What the fuzz tests start from: the words and files that the recorded commands gave to a tool. */
import { readdirSync, readFileSync } from 'node:fs';
import { NeedsShell, parseCommandList, type SimpleCommand } from '../../src/base/shell.ts';
import { parseTranscript } from '../harness/transcript.ts';

const TRANSCRIPTS = new URL('../transcripts/', import.meta.url);

export interface Seeds {
  /** Arguments of recorded calls. */
  readonly calls: readonly (readonly string[])[];
  /** What was on standard input, or in a file, such as a saved ruleset. */
  readonly texts: readonly string[];
  /** Every word of the calls, once. */
  readonly words: readonly string[];
}

let all: readonly SimpleCommand[] | undefined;

/** Of the tools with these names. */
export function seedsOf(names: readonly string[]): Seeds {
  all ??= [...recordedCommands()];
  const calls: (readonly string[])[] = [];
  const texts = new Set<string>();
  for (const { words, redirects } of all) {
    const [name = '', ...argv] = words;
    if (!names.includes(name)) continue;
    calls.push(argv);
    for (const redirect of redirects) if (redirect.kind === 'here') texts.add(redirect.text);
  }
  return { calls, texts: [...texts], words: [...new Set(calls.flat())] };
}

function* recordedCommands(): Generator<SimpleCommand> {
  for (const path of readdirSync(TRANSCRIPTS, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!path.endsWith('.transcript')) continue;
    const text = readFileSync(new URL(path.replaceAll('\\', '/'), TRANSCRIPTS), 'utf8');
    for (const { command } of parseTranscript(text)) yield* simpleCommands(command);
  }
}

function simpleCommands(line: string): readonly SimpleCommand[] {
  try {
    return parseCommandList(line).pipelines.flatMap(({ commands }) => commands);
  } catch (error) {
    if (error instanceof NeedsShell) return [];
    throw error;
  }
}
