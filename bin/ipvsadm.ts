import { tools } from '../commands/ipvsadm/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
