import { tools } from '../commands/nft/tools.ts';
import { runTool } from './run-tool.ts';

runTool(tools);
