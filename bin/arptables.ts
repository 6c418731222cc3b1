import { tools } from '../commands/arptables/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
