import { tools } from '../commands/ipset/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
