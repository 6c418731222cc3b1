/** A lab cannot be read or written: damaged, from a newer nflab, disk full. The message is for the user. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The symbolic errno of a failed file operation, '' for any other error. */
export function errnoOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
