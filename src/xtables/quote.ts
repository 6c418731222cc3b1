/** Quoting of words in saved rules. */

const PLAIN = /^[A-Za-z0-9_-]+$/;

/** xtables_save_string: quoted when anything but letters, digits, `_` and `-` is in it; quotes and backslashes escaped. */
export function quoteSaved(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}
