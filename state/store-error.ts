import { DamagedText } from './codec.ts';

/** A lab cannot be read or written: damaged, from a newer nflab, disk full. The message is for the user. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The symbolic errno of a failed file operation, '' for any other error. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

/** Runs `fn`; damaged text and failed file operations become StoreErrors about the lab in `directory`. */
export function guard<T>(directory: string, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (error instanceof DamagedText) {
      throw new StoreError(
        `the lab in ${directory} is damaged (${error.message}); 'nflab reset' puts it aside and makes a new one`,
        { cause: error },
      );
    }
    if (!(error instanceof Error) || errnoOf(error) === '') throw error;
    throw new StoreError(`the lab in ${directory} cannot be used: ${error.message}`, {
      cause: error,
    });
  }
}
