// Which page of a partner's catalogue is asked for, and where the next one is.
import type { Instant } from '../../kernel/clock';
import type { Pagination } from '../manifest/manifest';
import { linkBelow } from './http-parts';
import { MappingError } from './mapping-error';
import type { AnswerScope } from './operation-run';
import { compileTemplate } from './template';

const CURSOR_MAX = 2_000;

export interface Page {
  /** What templates see. */
  readonly input: { readonly cursor?: string; readonly page?: number };
  /** In the place of the request's own URL. */
  readonly url?: string;
}

export interface Pages {
  /** Throws `MappingError` for a cursor that no earlier page gave. */
  pageAt(cursor: string | undefined): Page;
  nextAfter(page: Page, scope: AnswerScope, now: Instant): Promise<string | undefined>;
}

export function pagesOf(pagination: Pagination, baseUrl: string): Pages {
  switch (pagination.kind) {
    case 'CURSOR':
      return cursorPages(pagination.next);
    case 'PAGE':
      return numberedPages(pagination.first, pagination.more);
    case 'LINK':
      return {
        pageAt: (cursor) => (cursor === undefined ? { input: {} } : { input: {}, url: linkBelow(baseUrl, cursor) }),
        nextAfter: async ({ url }, { headers }) => {
          const next = nextLink(headers.link ?? '');
          return next === undefined ? undefined : checked(linkBelow(baseUrl, next), url);
        },
      };
    default:
      return { pageAt: () => ({ input: {} }), nextAfter: async () => undefined };
  }
}

function cursorPages(expression: string): Pages {
  const next = compileTemplate(expression);
  return {
    pageAt: (cursor) => ({ input: cursor === undefined ? {} : { cursor } }),
    nextAfter: async ({ input }, scope, now) => {
      const value = await next.evaluate(scope, now);
      if (value === undefined || value === null || value === '' || value === false) return undefined;
      const text = typeof value === 'number' ? String(value) : value;
      if (typeof text !== 'string') throw new MappingError('a cursor that is no text');
      return checked(text, input.cursor);
    },
  };
}

function numberedPages(first: number, expression: string): Pages {
  const more = compileTemplate(expression);
  return {
    pageAt: (cursor) => {
      const page = cursor === undefined ? first : Number(cursor);
      if (!Number.isSafeInteger(page) || page < first) throw new MappingError('a cursor that is no page number');
      return { input: { page } };
    },
    nextAfter: async ({ input }, scope, now) =>
      (await more.evaluate(scope, now)) === true ? String(input.page! + 1) : undefined,
  };
}

/** A page that is its own next one would be pulled for ever. */
function checked(next: string, current: string | undefined): string {
  if (next.length > CURSOR_MAX) throw new MappingError(`a cursor of more than ${CURSOR_MAX} characters`);
  if (next === current) throw new MappingError('the cursor of the page itself');
  return next;
}

/** The target with `rel="next"` of a Link header (RFC 8288), or `undefined`. */
export function nextLink(header: string): string | undefined {
  if (header.length > 8_000) throw new MappingError('a Link header of more than 8000 characters');
  for (const piece of header.split('<').slice(1)) {
    const end = piece.indexOf('>');
    const parameters = piece.slice(end + 1).split(';');
    const isNext = parameters.some((parameter) => {
      const [name, value = ''] = parameter.split('=');
      const words = value.trim().replace(/,$/, '').trim().replaceAll('"', '').toLowerCase().split(' ');
      return name?.trim().toLowerCase() === 'rel' && words.includes('next');
    });
    if (end > 0 && isNext) return piece.slice(0, end);
  }
  return undefined;
}
