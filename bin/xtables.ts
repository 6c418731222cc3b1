import { tools } from '../commands/xtables/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
