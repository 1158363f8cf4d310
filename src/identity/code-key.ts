// The key that coupon codes are encrypted with: given by the configuration, or kept in a local file in demo mode.
import { randomBytes } from 'node:crypto';
import { readOrCreatePrivateFile } from './private-file';

const KEY_BYTES = 32;

export interface CodeKeySettings {
  /** 32 bytes in base64. */
  readonly codeKey?: string;
  readonly codeKeyFile: string;
}

/** Throws when the file holds anything but 32 bytes in base64: a wrong key would make every stored code unreadable. */
export async function loadCodeKey(settings: CodeKeySettings): Promise<Buffer> {
  const { codeKeyFile } = settings;
  const createKey = () => randomBytes(KEY_BYTES).toString('base64');
  const base64 = settings.codeKey ?? (await readOrCreatePrivateFile(codeKeyFile, createKey));
  const key = Buffer.from(base64.trim(), 'base64');
  if (key.length === KEY_BYTES) return key;
  const source = settings.codeKey === undefined ? `The file ${codeKeyFile}` : 'CODE_KEY';
  throw new Error(`${source} holds ${key.length} bytes; a code key is ${KEY_BYTES} bytes in base64`);
}
