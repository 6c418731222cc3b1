import { defineMatch } from '../define.ts';
import { quoteSaved } from '../quote.ts';

export interface CommentInfo {
  readonly comment: string;
}

/** Bytes nft keeps of the comment of a rule. */
const COMMENT_MAX = 254;

export const comment = defineMatch({
  name: 'comment',
  options: { comment: { type: 'string', required: true, keep: 255 } },
  help: '--comment TEXT  a remark; matches every packet',
  parse: (options): CommentInfo => ({ comment: options.comment.value }),
  print: (info) => `/* ${info.comment} */`,
  save: (info) => `--comment ${quoteSaved(info.comment)}`,
  translate: (info) => ({ text: '', comment: info.comment.slice(0, COMMENT_MAX) }),
  test: () => true,
});
