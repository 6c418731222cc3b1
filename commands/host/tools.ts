/** Commands about the lab's host. */
import type { Tools } from '../dispatch.ts';
import { absentTools } from './absent.ts';
import { ip } from './ip.ts';
import { lsmod, modprobe, rmmod } from './modules.ts';
import { sysctl } from './sysctl.ts';

export const tools: Tools = new Map([
  ['ip', ip],
  ['sysctl', sysctl],
  ['modprobe', modprobe],
  ['lsmod', lsmod],
  ['rmmod', rmmod],
  ...absentTools,
]);
