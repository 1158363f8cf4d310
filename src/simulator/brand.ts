// The demo brands of `partners/`: each a simulated partner with the offers and cards of its folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../kernel/package-root';
import type { Manifest } from '../partner-port/manifest/manifest';
import { parseManifest } from '../partner-port/manifest/manifest-file';
import type { WireCard } from '../partner-port/standard/protocol';
import type { SimulatedOffer } from './shop';

export interface Brand {
  readonly slug: string;
  readonly manifest: Manifest;
  /** Begins its codes. */
  readonly prefix: string;
  readonly offers: readonly SimulatedOffer[];
  readonly cards: readonly WireCard[];
}

const FIXTURES = join('fixtures', 'simulator.json');

function partnersFolder(): string {
  return join(packageRoot(), 'partners');
}

/** The folders of `partners/` that can be simulated. */
export function listBrands(): string[] {
  if (!existsSync(partnersFolder())) return [];
  const folders = readdirSync(partnersFolder(), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .map(({ name }) => name)
    .filter((slug) => existsSync(join(partnersFolder(), slug, FIXTURES)))
    .toSorted();
}

/** Throws when there is none of this name. */
export function readBrand(slug: string): Brand {
  const known = listBrands();
  if (!known.includes(slug))
    throw new Error(`there is no brand ${JSON.stringify(slug)}; there are ${known.join(', ')}`);
  const read = (name: string) => readFileSync(join(partnersFolder(), slug, name), 'utf8');
  const manifest = parseManifest(read('manifest.yaml'));
  if ('faults' in manifest) throw new Error(`the manifest of ${slug} is faulty: ${JSON.stringify(manifest.faults)}`);
  return { slug, manifest, ...(JSON.parse(read(FIXTURES)) as Pick<Brand, 'prefix' | 'offers' | 'cards'>) };
}
