// The parts of a request that templates fill in, made so that no value can change where it goes or what it is.
import { MappingError } from './mapping-error';

export interface Unsigned {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const URL_MAX = 2_000;
const HEADER_MAX = 8_000;
const BODY_MAX = 256 * 1024;

/** `path` is encoded already. Throws when the whole is not exactly below `baseUrl`. */
export function urlBelow(baseUrl: string, path: string, query: object): string {
  const base = new URL(baseUrl);
  const wanted = `${base.pathname.replace(/\/$/, '')}${path}`;
  const written = `${base.origin}${wanted}`;
  if (!URL.canParse(written)) throw new MappingError('a path that makes no URL');
  const url = new URL(written);
  if (url.origin !== base.origin || url.pathname !== wanted || url.username !== '' || url.search !== '') {
    throw new MappingError('a path that leads away from the base URL');
  }
  for (const [name, value] of pairsOf(query)) url.searchParams.append(name, value);
  if (url.href.length > URL_MAX) throw new MappingError(`a URL of more than ${URL_MAX} characters`);
  return url.href;
}

/** Where a partner's own link leads: only below `baseUrl`, else it throws. */
export function linkBelow(baseUrl: string, link: string): string {
  const base = new URL(baseUrl);
  if (link.length > URL_MAX || !URL.canParse(link, baseUrl)) throw new MappingError('a link that is no URL');
  const url = new URL(link, baseUrl);
  const root = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  const isBelow = url.origin === base.origin && `${url.pathname}/`.startsWith(root) && url.username === '';
  if (!isBelow || /%2f|%5c|%2e/i.test(url.pathname)) throw new MappingError('a link that leads away from the base URL');
  url.hash = '';
  return url.href;
}

export function headersOf(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name.toLowerCase(), headerValue(scalarText(value))]),
  );
}

/** Text that can stand in a header; a line break would begin another header. */
export function headerValue(text: string): string {
  if (text.length > HEADER_MAX || !/^[\t\x20-\x7e]*$/.test(text)) {
    throw new MappingError('a value that no header can hold');
  }
  return text;
}

export function bodyOf(value: unknown, format: 'JSON' | 'FORM'): { readonly body: string; readonly type: string } {
  if (format === 'FORM') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new MappingError('a form that is no mapping');
    const body = new URLSearchParams(pairsOf(value)).toString();
    return { body: checkedBody(body), type: 'application/x-www-form-urlencoded' };
  }
  return { body: checkedBody(JSON.stringify(value)), type: 'application/json' };
}

function checkedBody(body: string): string {
  if (body.length > BODY_MAX) throw new MappingError(`a body of more than ${BODY_MAX} characters`);
  return body;
}

function pairsOf(values: object): [string, string][] {
  return Object.entries(values).flatMap(([name, value]) => {
    const list: unknown[] = Array.isArray(value) ? value : [value];
    return list.filter((one) => one !== null).map((one): [string, string] => [name, scalarText(one)]);
  });
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value);
  throw new MappingError('a list or mapping in the place of a text');
}
