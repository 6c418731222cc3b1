/** A failure the user of the emulated tool is meant to see, already in the tool's own words. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Exit code of every tool for what nflab does not emulate. */
export const NOT_EMULATED_EXIT = 70;

/** What is real but not there yet: the command stops, nothing is stored. `what` names it in the user's words. */
export class NotEmulated extends Error {
  override readonly name = 'NotEmulated';
  readonly what: string;
  constructor(what: string) {
    super(`not emulated: ${what}`);
    this.what = what;
  }
}

/** The errnos the kernel answers with. */
export type Errno =
  | 'EPERM'
  | 'ENOENT'
  | 'EIO'
  | 'E2BIG'
  | 'EAGAIN'
  | 'ENOMEM'
  | 'EBUSY'
  | 'EEXIST'
  | 'ENODEV'
  | 'EINVAL'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'EACCES'
  | 'ENFILE'
  | 'ENOSPC'
  | 'ERANGE'
  | 'EDOM'
  | 'EMLINK'
  | 'ELOOP'
  | 'EPROTO'
  | 'ENOTSUP'
  | 'EOPNOTSUPP'
  | 'EAFNOSUPPORT'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'EPROTONOSUPPORT'
  | 'EOVERFLOW'
  | 'ENAMETOOLONG'
  | 'ESRCH'
  | 'EMSGSIZE'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ECONNREFUSED'
  | 'EPIPE'
  | 'EBADF'
  | 'ENOTEMPTY';

/** glibc's text for an errno, as the tools print it. */
export const STRERROR: { readonly [E in Errno]: string } = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  EIO: 'Input/output error',
  E2BIG: 'Argument list too long',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  ENODEV: 'No such device',
  EINVAL: 'Invalid argument',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  EACCES: 'Permission denied',
  ENFILE: 'Too many open files in system',
  ENOSPC: 'No space left on device',
  ERANGE: 'Numerical result out of range',
  EDOM: 'Numerical argument out of domain',
  EMLINK: 'Too many links',
  ELOOP: 'Too many levels of symbolic links',
  EPROTO: 'Protocol error',
  ENOTSUP: 'Operation not supported',
  EOPNOTSUPP: 'Operation not supported',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EPROTONOSUPPORT: 'Protocol not supported',
  EOVERFLOW: 'Value too large for defined data type',
  ENAMETOOLONG: 'File name too long',
  ESRCH: 'No such process',
  EMSGSIZE: 'Message too long',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ECONNREFUSED: 'Connection refused',
  EPIPE: 'Broken pipe',
  EBADF: 'Bad file descriptor',
  ENOTEMPTY: 'Directory not empty',
};

/** The kernel model refuses a change; the tool words it. `at` is whatever part of the request was refused, if known. */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errno: Errno;
  readonly at: unknown;
  constructor(errno: Errno, at?: unknown) {
    super(errno);
    this.errno = errno;
    this.at = at;
  }
}
