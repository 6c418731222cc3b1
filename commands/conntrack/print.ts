/** Printing entries in the form -o asks for. */

import type { Nanos } from '../../src/base/ports.ts';
import type { ConntrackEntry } from '../../src/kernel/conntrack/model.ts';
import { entrySave } from './save.ts';
import type { Command, EventKind } from './template.ts';
import { entryText } from './text.ts';
import { dumpView, eventView, type View } from './view.ts';
import { entryXml } from './xml.ts';

interface Form {
  readonly save: EventKind;
  /** Whether -o ktimestamp counts: only listings and events look at it. */
  readonly ktimestamp: boolean;
  /** Whether -o timestamp does, in XML. */
  readonly time: boolean;
}

function line(view: View, { output }: Command, form: Form): string {
  if (output.has('save')) return entrySave(view, form.save);
  const ktimestamp = form.ktimestamp && output.has('ktimestamp');
  if (output.has('xml'))
    return entryXml(view, { ktimestamp, time: form.time && output.has('timestamp') });
  return entryText(view, { layer3: output.has('extended'), id: output.has('id'), ktimestamp });
}

/** A line of -L and -G. */
export const listed = (entry: Readonly<ConntrackEntry>, now: Nanos, use: number, c: Command) =>
  line(dumpView(entry, now, use), c, { save: 'new', ktimestamp: true, time: false });

/** A line of -U. */
export const updated = (entry: Readonly<ConntrackEntry>, now: Nanos, command: Command) =>
  line(dumpView(entry, now, 2), command, { save: 'new', ktimestamp: false, time: false });

/** A line of -D. */
export const deleted = (entry: Readonly<ConntrackEntry>, now: Nanos, command: Command) =>
  line(dumpView(entry, now), command, { save: 'destroy', ktimestamp: false, time: false });

/** `[seconds.microseconds]`, as -o timestamp begins lines. */
export function stamp(now: Nanos): string {
  const micros = String((now / 1000n) % 1_000_000n).padStart(6, '0');
  return `[${String(now / 1_000_000_000n).padStart(8, '0')}.${micros}]\t`;
}

/** What tells that a command caused it. An emulated host has no process numbers; all commands are one. */
const USERSPACE = ' [USERSPACE] portid=1';

/** A line of -E. */
export function evented(
  entry: Readonly<ConntrackEntry>,
  at: Nanos,
  { kind, userspace }: { readonly kind: EventKind; readonly userspace: boolean },
  command: Command,
): string {
  const view = eventView(entry, at, kind, userspace);
  const text = line(view, command, { save: kind, ktimestamp: true, time: true });
  const stamped = command.output.has('timestamp') && !command.output.has('xml');
  const origin = userspace ? USERSPACE : '';
  return (stamped && !command.output.has('save') ? stamp(at) : '') + text + origin;
}
