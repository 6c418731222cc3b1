import { defineMatch } from '../define.ts';
import { quoteSaved } from '../quote.ts';

export interface CommentInfo {
  readonly comment: string;
}

export const comment = defineMatch({
  name: 'comment',
  options: { comment: { type: 'string', required: true, keep: 255 } },
  help: '--comment TEXT  a remark; matches every packet',
  parse: (options): CommentInfo => ({ comment: options.comment.value }),
  print: (info) => `/* ${info.comment} */`,
  save: (info) => `--comment ${quoteSaved(info.comment)}`,
  translate: (info) => ({ text: '', comment: info.comment }),
  test: () => true,
});
