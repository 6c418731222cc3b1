import { tools } from '../commands/host/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
