// Connectors from the manifests that ship, sent to a server on loopback in the place of the partner's own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** The manifest's text with another base URL, and with `changes` in place of what it says. */
export function shippedManifest(slug: string, baseUrl: string, changes: object = {}): string {
  const text = readFileSync(join(__dirname, '../../partners', slug, 'manifest.yaml'), 'utf8');
  return stringify({ ...parse(text), baseUrl, ...changes });
}
