/** The log of events: what monitors in other processes see of a lab's commits. */
import type { Commit } from '../src/kernel/model.ts';
import type { PlainRecord } from '../src/kernel/nftables/model.ts';
import { Decoder, encodeLine, parseLines } from './codec.ts';
import type { LogWrite } from './commit.ts';
import type { LabFiles } from './lab-files.ts';
import type { Meta } from './layout.ts';

/** A log longer than this is begun anew with its last lines. */
const LONGEST = 256 << 10;
const CARRIED_OVER = 64 << 10;

type EventLog = Meta['events'];

/** What to write for one commit's events, and where the log is then. `newFile` names a file. */
export function planEvents(
  files: LabFiles,
  log: EventLog,
  commit: Commit,
  newFile: () => string,
): { readonly log: EventLog; readonly write: LogWrite } {
  const line = encodeLine([commit.serial, commit.events]);
  if (log.length > 0 && log.length + line.length <= LONGEST) {
    const { file, length } = log;
    return { log: { file, length: length + line.length }, write: { file, at: length, text: line } };
  }
  const text = lastLines(files, log) + line;
  const file = newFile();
  return { log: { file, length: text.length }, write: { file, text } };
}

function lastLines(files: LabFiles, { file, length }: EventLog): string {
  if (length === 0) return '';
  const text = files.read(file, Math.max(0, length - CARRIED_OVER), length);
  return text.slice(text.indexOf('\n') + 1);
}

/** Commits with events after that serial; all there are when the lab was made anew since. */
export function commitsAfter(files: LabFiles, meta: Meta, serial: number): Commit[] {
  const after = serial > meta.generations[0].serial ? 0 : serial;
  const { file, length } = meta.events;
  if (length === 0 || after === meta.generations[0].serial) return [];
  const decoder = new Decoder();
  const commits: Commit[] = [];
  for (const line of parseLines(files.read(file, 0, length))) {
    // Written by planEvents.
    const [number, events] = line as [number, readonly PlainRecord[]];
    if (number > after)
      commits.push({ serial: number, events: decoder.decode(events) as PlainRecord[] });
  }
  return commits;
}
