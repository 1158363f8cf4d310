// Files that a command is given: what cannot be read or written is told by its name, and why.
import { readFile, stat } from 'node:fs/promises';
import { CommandError } from './command';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not',
  EPERM: 'this user may not',
  EROFS: 'its disk is for reading only',
  ENOSPC: 'its disk is full',
};

/** `undefined` for an error that is not one of files. */
export function fileFault(error: unknown, file: string, done: 'read' | 'written', hint = ''): CommandError | undefined {
  const reason = REASONS[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? undefined : new CommandError(`The file ${file} cannot be ${done}: ${reason}${hint}.`);
}

/** The hint ends the message when the file cannot be read, such as `; presets are …`. */
export async function readGiven(file: string, hint = ''): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    throw fileFault(error, file, 'read', hint) ?? error;
  });
}

/** In bytes, of a file that is read more than once, which a pipe cannot be. */
export async function sizeOfGiven(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw fileFault(error, file, 'read') ?? error;
  });
  if (found.isFile()) return found.size;
  const what = found.isDirectory() ? 'it is a folder' : 'it is no regular file, and is read twice';
  throw new CommandError(`The file ${file} cannot be read: ${what}.`);
}
