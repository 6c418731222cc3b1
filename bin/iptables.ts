import { tools } from '../commands/iptables/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
