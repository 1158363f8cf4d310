// The reference of manifests as Markdown, made of the schema's own descriptions.
import type { AnySchemaObject } from 'ajv/dist/2020';
import { describe, MANIFEST_SCHEMA, resolve } from './manifest-schema';

const HEAD = `# Reference of partner manifests

A manifest says how the gateway speaks with one partner, in YAML or JSON. This page is made of
\`schema/partner-manifest.schema.json\` by \`npm run schema\`; change it there.
`;

/** How the parts are called on the page; what is not here is told where it is used. */
const TITLES: Readonly<Record<string, string>> = {
  standard: 'kind: STANDARD',
  http: 'kind: HTTP',
  graphql: 'kind: GRAPHQL',
  module: 'kind: MODULE',
  template: 'Templates',
  expression: 'Expressions',
  secret: 'Secrets',
  httpRequest: 'A request of HTTP',
  graphqlRequest: 'A request of GRAPHQL',
  httpAvailability: 'Operation availability',
  httpIssue: 'Operation issue',
  httpStatus: 'Operation status',
  httpCancel: 'Operation cancel',
  httpCatalogue: 'Operation catalogue',
  httpCardStatus: 'Operation cardStatus',
  availabilityAnswer: 'Answer of availability',
  issueAnswer: 'Answer of issue',
  statusAnswer: 'Answer of status and cancel',
  catalogueAnswer: 'Answer of catalogue',
  cardStatusAnswer: 'Answer of cardStatus',
  errorRule: 'errors: what an answer means',
  pagesNone: 'pagination: NONE',
  pagesCursor: 'pagination: CURSOR',
  pagesNumber: 'pagination: PAGE',
  pagesLink: 'pagination: LINK',
  authNone: 'auth: NONE',
  authHeaders: 'auth: HEADERS',
  authBasic: 'auth: BASIC',
  authClientCredentials: 'auth: CLIENT_CREDENTIALS',
  authHmac: 'auth: HMAC',
  authLogin: 'auth: LOGIN',
  limits: 'limits',
};

export function manifestReference(): string {
  const parts = Object.entries(TITLES).map(([name, title]) => partOf(title, MANIFEST_SCHEMA.$defs[name]));
  return [HEAD, ...parts].join('\n');
}

function partOf(title: string, node: AnySchemaObject): string {
  const rows = rowsOf(node, '');
  const table = ['| key | allowed | meaning |', '| --- | --- | --- |', ...rows].join('\n');
  return [`## ${title}\n`, `${node.description}\n`, ...(rows.length > 0 ? [`${table}\n`] : [])].join('\n');
}

function rowsOf(node: AnySchemaObject, prefix: string): string[] {
  const properties: [string, AnySchemaObject][] = Object.entries(node.properties ?? {});
  return properties.flatMap(([key, property]) => {
    const target = resolve(property);
    const needed = (node.required as string[] | undefined)?.includes(key) ? '; required' : '';
    const usual = property.default ?? target.default;
    const isPlain = typeof usual !== 'object' && usual !== undefined && usual !== '';
    const allowed = `${allowedBy(property)}${needed}${isPlain ? `; else \`${usual}\`` : ''}`;
    const row = `| \`${prefix}${key}\` | ${cell(allowed)} | ${cell(meaningOf(property))} |`;
    // What is written out in place has no part of its own on the page.
    const inner = property.$ref === undefined && property.type === 'object' ? rowsOf(property, `${prefix}${key}.`) : [];
    return [row, ...inner];
  });
}

function allowedBy(property: AnySchemaObject): string {
  const name = nameOf(property);
  const ofItems = property.items && nameOf(property.items);
  const ofValues = typeof property.additionalProperties === 'object' && nameOf(property.additionalProperties);
  const inner = ofItems || ofValues;
  if (inner && TITLES[inner]) return `${describe(property)} of ${linkTo(inner)}`;
  return name && TITLES[name] ? linkTo(name) : describe(property);
}

function nameOf(property: AnySchemaObject): string | undefined {
  const name = typeof property.$ref === 'string' ? property.$ref.slice('#/$defs/'.length) : undefined;
  // Operations differ in their requests only.
  return name?.replace(/^graphql(?=[A-Z])(?!Request)/, 'http');
}

function linkTo(name: string): string {
  const title = TITLES[name]!;
  const anchor = title
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .replaceAll(' ', '-');
  return `[${title}](#${anchor})`;
}

function meaningOf(property: AnySchemaObject): string {
  const own = property.description ?? resolve(property).description ?? '';
  const items: string | undefined = property.items?.description;
  return items === undefined ? own : `${own} ${items}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
