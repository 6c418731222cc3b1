import { defineTarget } from '../define.ts';

interface IdletimerInfo {
  /** Seconds without a packet before the notification. */
  readonly timeout: number;
  readonly label: string;
  readonly alarm: boolean;
}

const LABEL_MAX = 27;

export const idletimer = defineTarget({
  name: 'IDLETIMER',
  revision: 1,
  options: {
    timeout: { type: 'u32', required: true },
    label: { type: 'string', required: true, keep: LABEL_MAX },
    alarm: { type: 'none' },
  },
  help: `--timeout SECONDS  without a packet, after which user space is told
--label NAME       of the timer
--alarm            use a timer that wakes the system`,
  parse: (options): IdletimerInfo => ({
    timeout: options.timeout.value,
    label: options.label.value,
    alarm: options.alarm !== undefined,
  }),
  print: ({ timeout, label, alarm }) => `timeout:${timeout} label:${label}${alarm ? ' alarm' : ''}`,
  save: ({ timeout, label, alarm }) =>
    `--timeout ${timeout} --label ${label}${alarm ? ' --alarm' : ''}`,
});
