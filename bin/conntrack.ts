import { tools } from '../commands/conntrack/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
