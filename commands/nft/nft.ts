/** The nft tool: options, reading commands, running them in one transaction, messages. */

import { KernelError, NotEmulated, STRERROR, ToolError } from '../../src/base/errors.ts';
import { FileError } from '../../src/base/ports.ts';
import { decodeUtf8 } from '../../src/base/utf8.ts';
import { switchOn } from '../../src/kernel/host/sysctls.ts';
import type { Draft } from '../../src/kernel/model.ts';
import { tableKey } from '../../src/kernel/model.ts';
import { type RulesetChange, rulesetEvent } from '../../src/kernel/nftables/events.ts';
import type { PlainRecord } from '../../src/kernel/nftables/model.ts';
import { commitBatch, deleteTable } from '../../src/kernel/nftables/ruleset.ts';
import type { Command, Scope } from '../../src/nft/ast.ts';
import type { ValueEnv } from '../../src/nft/datatypes/values.ts';
import { parse } from '../../src/nft/grammar/parse.ts';
import {
  formatMessage,
  internalLocation,
  type Location,
  type Message,
  NftError,
  type Source,
} from '../../src/nft/location.ts';
import { type Listing, printRule } from '../../src/nft/print/ruleset.ts';
import { countXt } from '../../src/xtables/count.ts';
import type { Call } from '../tool.ts';
import { dumpListed, dumpNewRule } from './debug.ts';
import { describe } from './describe.ts';
import { JsonEcho } from './echo.ts';
import { execute, Refused } from './execute.ts';
import { expand } from './expand.ts';
import { listJson, parseJson, resetJson } from './json.ts';
import { get, list } from './list.ts';
import { type Options, parseOptions } from './options.ts';
import { resetAll } from './reset.ts';
import type { Session } from './session.ts';
import { Suggestions } from './suggestions.ts';
import { xtTranslator } from './xt.ts';

/** Thrown out of a transaction to undo it. */
class Undo extends Error {
  override readonly name = 'Undo';
}

function clockOf(call: Call, lab: Draft): { now(): bigint } {
  const { mode, nanos } = lab.clock.get();
  const now = mode === 'frozen' ? nanos : call.wall.now() + nanos;
  return { now: () => now };
}

function kernelLocation(c: Command, at: unknown): Location {
  if (at !== null && typeof at === 'object' && 'source' in at) return at as Location; // KernelError.at given by us
  switch (at) {
    case 'table':
      return c.spec.table?.loc ?? c.loc;
    case 'new name':
      return c.loc;
    case 'chain':
    case 'set':
    case 'object':
      return c.spec.item?.loc ?? c.loc;
    case 'handle':
      return c.spec.handle?.loc ?? c.loc;
    case 'policy':
      return c.chain?.policy?.loc ?? c.loc;
    case 'chain type':
      return c.chain?.base?.typeLoc ?? c.loc;
    default:
      return c.loc;
  }
}

/** The kernel's answer in nft's words: some things not found get a hint instead. */
function kernelMessage(s: Session, c: Command, error: KernelError): Message {
  const loc = kernelLocation(c, error.at);
  if (error.errno === 'ENOENT' && !(c.verb === 'flush' && c.object === 'table')) {
    const hints = new Suggestions(s.kernel.ruleset);
    const hint = loc === c.loc ? undefined : hints.forRequest(c);
    if (hint) return { text: `${STRERROR.ENOENT}${hint.text}`, at: [hint.at ?? loc] };
  }
  return { text: `Could not process rule: ${STRERROR[error.errno]}`, at: [loc] };
}

const READ_ONLY = new Set(['list', 'get', 'describe', 'export', 'monitor', 'import']);

interface Outcome {
  readonly output: string;
  readonly messages: readonly Message[];
  readonly warnings: readonly string[];
}

/** nft gives up after so many. */
const MAX_ERRORS = 10;

function runCommands(
  call: Call,
  options: Options,
  commands: readonly Command[],
  parseErrors: number,
): Outcome {
  const parseFailed = parseErrors > 0;
  let outcome: Outcome = { output: '', messages: [], warnings: [] };
  const handles = new Map<string, number>();
  const work = (lab: Draft, log?: (event: PlainRecord) => void): void => {
    const changes: RulesetChange[] = [];
    const clock = clockOf(call, lab);
    const warnings: string[] = [];
    const interfaces = lab.host.get().interfaces;
    const values: ValueEnv = { hosts: call.hosts, interfaces };
    const echoed: string[] = [];
    const sent: string[] = [];
    const listing: Listing = {
      ruleset: lab.nft,
      options: options.print,
      values,
      now: clock.now(),
      translate: options.json ? () => undefined : xtTranslator(warnings),
    };
    const jsonEcho = options.json && options.echo ? new JsonEcho(listing) : undefined;
    const session: Session = {
      kernel: {
        ruleset: lab.nft,
        changes,
        clock,
        devices: new Set(interfaces.map((i) => i.name)),
        countXt: countXt(lab),
        switchOn: (sysctl) => switchOn(lab, sysctl),
      },
      values,
      now: clock.now(),
      options: options.print,
      owned: [],
      fresh: new Set(),
      sent: (chain, exprs) => {
        if (options.debug) sent.push(dumpNewRule(chain, exprs));
      },
      echoRule: (c, handle) => {
        jsonEcho?.rule(c, handle);
        if (!options.echo || jsonEcho) return;
        const family = c.spec.family ?? 'ip';
        const table = c.spec.table?.name ?? '';
        const chain = c.spec.item?.name ?? '';
        const rule = lab.nft.rules(`${family} ${table} ${chain}`).get(handle);
        if (rule)
          echoed.push(
            `${c.verb === 'insert' ? 'insert' : c.verb} rule ${family} ${table} ${chain} ${printRule(listing, family, table, rule)}\n`,
          );
      },
    };
    const evaluation: Message[] = [];
    const kernelErrors: Message[] = [];
    const before = new Map(
      [...lab.nft.tables.entries()].map(([k, t]) => [k, { handle: t.handle, next: t.nextHandle }]),
    );
    let replayed = false;
    let output = '';
    let changed = false;
    for (const c of commands.flatMap(expand)) {
      if (evaluation.length + parseErrors >= MAX_ERRORS) break;
      try {
        if (options.debug) output += dumpListed(lab.nft, c);
        if (c.verb === 'list') output += options.json ? listJson(listing, c) : list(listing, c);
        else if (c.verb === 'get') output += get(session, listing, c);
        else if (c.verb === 'describe') output += describe(c, values);
        else if (c.verb === 'reset') {
          output += options.json ? resetJson(listing, c) : resetAll(listing, c);
        } else if (c.verb === 'monitor') {
          if (c.name && c.name.name !== 'new' && c.name.name !== 'destroy')
            throw new NftError(`invalid event ${c.name.name}`, c.name.loc);
          throw new NotEmulated('nft monitor');
        } else if (jsonEcho?.run(c, () => execute(session, c)) ?? execute(session, c)) {
          changed = true;
        }
      } catch (error) {
        if (error instanceof NftError) evaluation.push({ text: error.text, at: error.at });
        else if (error instanceof Refused) kernelErrors.push({ text: error.text, at: [error.loc] });
        else if (error instanceof KernelError) {
          replayed ||= error.at === 'validate';
          kernelErrors.push(kernelMessage(session, c, error));
        } else throw error;
      }
    }
    output = sent.join('') + output;
    const messages = evaluation.length > 0 || parseFailed ? evaluation : kernelErrors;
    outcome = { output: evaluation.length > 0 || parseFailed ? '' : output, messages, warnings };
    if (messages.length > 0 || parseFailed || options.check) {
      if (evaluation.length === 0 && !parseFailed)
        for (const [key, t] of lab.nft.tables.entries()) {
          const old = before.get(key);
          if (old?.handle === t.handle)
            handles.set(key, t.nextHandle + (replayed ? t.nextHandle - old.next : 0));
        }
      throw new Undo();
    }
    for (const [family, table] of session.owned)
      if (lab.nft.tables.has(tableKey(family, table))) deleteTable(session.kernel, family, table);
    if (changed) {
      const generation = commitBatch(session.kernel);
      log?.(rulesetEvent(lab.nft, changes, 'nft'));
      if (jsonEcho) outcome = { ...outcome, output: `${output}${jsonEcho.text()}` };
      if (options.echo && echoed.length > 0)
        outcome = {
          ...outcome,
          output: `${output}${echoed.join('')}# new generation ${generation} by process 1 (nft)\n`,
        };
    }
  };
  try {
    if (commands.every((c) => READ_ONLY.has(c.verb))) call.store.read((lab) => work(lab));
    else call.store.transact(work);
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
    keepHandles(call, handles);
  }
  return outcome;
}

/** The kernel does not give handles back that a failed batch took. */
function keepHandles(call: Call, handles: ReadonlyMap<string, number>): void {
  if (handles.size === 0) return;
  call.store.transact((lab) => {
    for (const [key, next] of handles) {
      const table = lab.nft.tables.get(key);
      if (table && table.nextHandle < next) lab.nft.tables.edit(key).nextHandle = next;
    }
  });
}

const errnoText = (name: string): string =>
  Object.hasOwn(STRERROR, name) ? STRERROR[name as keyof typeof STRERROR] : name;

function openFile(
  call: Call,
  path: string,
  from: Location | undefined,
  depth: number,
): Source | string {
  if (call.files.isDirectory(path)) return `Not a regular file: "${path}"\n`;
  try {
    return { kind: 'file', name: path, text: decodeUtf8(call.files.read(path)), from, depth };
  } catch (error) {
    if (error instanceof FileError)
      return `Could not open file "${path}": ${errnoText(error.errno)}\n`;
    throw error;
  }
}

const isMagic = (pattern: string): boolean => /[*?[]/.test(pattern);

/** glob(3) within one directory; the last part of the path may have wildcards. */
function globFiles(call: Call, pattern: string): readonly string[] {
  if (!isMagic(pattern)) return call.files.exists(pattern) ? [pattern] : [];
  const cut = pattern.lastIndexOf('/');
  const dir = cut < 0 ? '.' : pattern.slice(0, cut);
  if (isMagic(dir)) throw new NotEmulated(`include with wildcards in a directory name`);
  if (!call.files.isDirectory(dir)) return [];
  const last = pattern.slice(cut + 1);
  return call.files
    .list(dir)
    .filter((name) => globMatch(last, name))
    .map((name) => (cut < 0 ? name : `${dir}/${name}`));
}

function globMatch(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  const match = (p: number, n: number): boolean => {
    if (p === pattern.length) return n === name.length;
    const c = pattern[p];
    if (c === '*') return match(p + 1, n) || (n < name.length && match(p, n + 1));
    if (n >= name.length) return false;
    if (c === '[') {
      const end = pattern.indexOf(']', p + 2);
      if (end < 0) return name[n] === '[' && match(p + 1, n + 1);
      const body = pattern.slice(p + 1, end);
      const negate = body.startsWith('!');
      const inside = inClass(negate ? body.slice(1) : body, name[n] ?? '');
      return inside !== negate && match(end + 1, n + 1);
    }
    return (c === '?' || c === name[n]) && match(p + 1, n + 1);
  };
  return match(0, 0);
}

function inClass(body: string, char: string): boolean {
  for (let i = 0; i < body.length; i++) {
    if (body[i + 1] === '-' && i + 2 < body.length) {
      if (char >= (body[i] ?? '') && char <= (body[i + 2] ?? '')) return true;
      i += 2;
    } else if (body[i] === char) return true;
  }
  return false;
}

const MAX_DEPTH = 16;

function includer(call: Call, options: Options) {
  return (pattern: string, loc: Location, from: Source): readonly Source[] | string => {
    if (from.depth >= MAX_DEPTH) return `Include nested too deeply, max ${MAX_DEPTH} levels`;
    const absolute = pattern.startsWith('/') || pattern.startsWith('.');
    const dirs = absolute
      ? ['']
      : (options.include.length > 0 ? options.include : ['/etc']).map((d) => `${d}/`);
    const out: Source[] = [];
    for (const dir of dirs) {
      for (const path of globFiles(call, `${dir}${pattern}`)) {
        if (call.files.isDirectory(path) && isMagic(pattern)) continue;
        const source = openFile(call, path, loc, from.depth + 1);
        if (typeof source === 'string') return source;
        out.push(source);
      }
      if (out.length > 0 && !isMagic(pattern)) return out;
    }
    if (out.length > 0 || isMagic(pattern)) return out;
    return `File not found: ${pattern}`;
  };
}

function readSource(call: Call, options: Options): Source | string {
  if (options.file === undefined)
    return { kind: 'buffer', text: `${options.words.join(' ')}\n`, depth: 0 };
  if (options.file === '-' || options.file === '/dev/stdin')
    return { kind: 'stdin', name: '/dev/stdin', text: decodeUtf8(call.stdin.readAll()), depth: 1 };
  return openFile(call, options.file, undefined, 1);
}

function scopeOf(options: Options): Scope {
  const symbols: Scope['symbols'] = new Map();
  for (const [name, text] of options.defines) {
    const parsed = parse(
      { kind: 'buffer', text: `define ${name} = ${text}\n`, depth: 0 },
      { scope: { symbols }, include: () => '' },
    );
    if (!parsed.ok) throw new ToolError(parsed.messages.map(formatMessage).join('').trimEnd(), 1);
  }
  return { symbols };
}

/** nft. */
export function nft(call: Call): number {
  const options = parseOptions(call);
  if (typeof options === 'number') return options;
  const source = readSource(call, options);
  if (typeof source === 'string') {
    call.stderr.write(formatMessage({ text: source, at: [internalLocation] }));
    return 1;
  }
  const json = options.json ? parseJson(source.text) : undefined;
  if (json?.ok && options.echo) throw new NotEmulated('nft --echo of JSON input');
  const parsed =
    json ?? parse(source, { scope: scopeOf(options), include: includer(call, options) });
  const outcome = runCommands(
    call,
    options,
    parsed.commands,
    parsed.ok ? 0 : Math.max(1, parsed.messages.length),
  );
  if (outcome.output !== '') call.stdout.write(outcome.output);
  for (const warning of outcome.warnings) call.stderr.write(warning);
  const messages = [...parsed.messages, ...outcome.messages];
  for (const message of messages) call.stderr.write(formatMessage(message));
  return messages.length > 0 ? 1 : 0;
}
