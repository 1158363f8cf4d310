// From text to a checked manifest, or to all its faults at once, each with its line and column.
import { pathFaults, templateFaults } from '../declarative/template';
import type { DeclarativeManifest, ErrorRule, Manifest, OperationSource } from './manifest';
import type { FaultAt, ManifestFault, Path } from './manifest-fault';
import { checkSchema, isFreeHeader } from './manifest-schema';
import { readManifestText } from './manifest-text';

export interface ManifestFaults {
  readonly faults: readonly ManifestFault[];
}

/** YAML or JSON. The manifest is frozen, with every default filled in; its expressions are known to compile. */
export function parseManifest(text: string): Manifest | ManifestFaults {
  const read = readManifestText(text);
  if ('faults' in read) return read;
  const { content, locate } = read;
  const inForm = checkSchema(content);
  // What has the wrong form is not looked into: its author hears of the form first.
  const inside = inForm.length === 0 ? contentFaults(content as Manifest) : [];
  const faults = [...inForm, ...inside].map(locate);
  if (faults.length === 0) return deepFreeze(content as Manifest);
  return { faults: faults.toSorted((left, right) => left.line - right.line || left.column - right.column) };
}

function contentFaults(manifest: Manifest): FaultAt[] {
  if (manifest.kind === 'STANDARD' || manifest.kind === 'MODULE') return [];
  return [
    ...authFaults(manifest),
    ...inTemplate(manifest.headers, ['headers']),
    ...headerFaults(manifest.headers, ['headers']),
    ...ruleFaults(manifest.errors, ['errors']),
    ...Object.entries(manifest.operations).flatMap(([name, operation]) =>
      operationFaults(manifest, operation, ['operations', name]),
    ),
  ];
}

function authFaults({ auth, kind }: DeclarativeManifest): FaultAt[] {
  switch (auth.kind) {
    case 'HEADERS':
      return headerFaults(auth.headers, ['auth', 'headers']);
    case 'HMAC':
      return [
        ...headerFaults(auth.headers, ['auth', 'headers']),
        ...inTemplate(auth.headers, ['auth', 'headers']),
        ...inTemplate(auth.message, ['auth', 'message']),
      ];
    case 'LOGIN':
      return [
        ...(kind === 'GRAPHQL' ? [] : [{ path: ['auth', 'kind'], given: 'LOGIN', allowed: 'LOGIN with GRAPHQL only' }]),
        ...inTemplate(auth.token.value, ['auth', 'token', 'value']),
        ...inTemplate(auth.expiredWhen, ['auth', 'expiredWhen']),
      ];
    default:
      return [];
  }
}

function operationFaults({ kind }: DeclarativeManifest, operation: OperationSource<object>, path: Path): FaultAt[] {
  const { requests, answer, errors, pagination, perOffer } = operation;
  return [
    ...requests.flatMap((request, at) => requestFaults(request, [...path, 'requests', at])),
    ...inTemplate(answer, [...path, 'answer']),
    ...answerFaults(answer, perOffer === false, [...path, 'answer']),
    ...ruleFaults(errors, [...path, 'errors']),
    ...inTemplate(pagination, [...path, 'pagination']),
    ...(pagination?.kind === 'LINK' && kind !== 'HTTP'
      ? [{ path: [...path, 'pagination', 'kind'], given: 'LINK', allowed: 'LINK with HTTP only' }]
      : []),
  ];
}

function requestFaults(request: object, path: Path): FaultAt[] {
  return Object.entries(request).flatMap(([key, source]) => {
    const here = [...path, key];
    if (key === 'path') return pathFaults(source as string).map(({ fault, at }) => expressionFault(here, fault, at));
    if (key === 'document' || key === 'method' || key === 'bodyFormat') return [];
    return [...inTemplate(source, here), ...(key === 'headers' ? headerFaults(source as object, here) : [])];
  });
}

function answerFaults(answer: unknown, isList: boolean, path: Path): FaultAt[] {
  if (typeof answer === 'string' && !answer.startsWith('=')) {
    return [{ path, given: 'a text', allowed: 'a mapping of templates, or an expression: a text that begins with =' }];
  }
  if (isList && typeof answer !== 'string') {
    return [{ path, given: 'a mapping', allowed: 'one expression that makes a list; with perOffer, a mapping' }];
  }
  return [];
}

function ruleFaults(rules: readonly ErrorRule[], path: Path): FaultAt[] {
  return rules.flatMap(({ status, test, reason, means, message }, at) => [
    ...(status || test
      ? []
      : [{ path: [...path, at], given: 'neither status nor test', allowed: 'one of them at least' }]),
    ...(reason && means !== 'DECLINED'
      ? [{ path: [...path, at, 'reason'], given: `a reason with ${means}`, allowed: 'a reason with DECLINED only' }]
      : []),
    ...inTemplate(test, [...path, at, 'test']),
    ...inTemplate(message, [...path, at, 'message']),
  ]);
}

/** Names of headers: free to be set, and each once whatever its case. */
function headerFaults(headers: object, path: Path): FaultAt[] {
  const seen = new Set<string>();
  return Object.keys(headers).flatMap((name) => {
    const fault = (given: string, allowed: string) => [{ path: [...path, name], atKey: true, given, allowed }];
    if (!isFreeHeader(name)) return fault(`the header ${name}`, 'the name of a header that is free to be set');
    if (seen.has(name.toLowerCase())) return fault(`the header ${name} again`, 'each header once, whatever its case');
    seen.add(name.toLowerCase());
    return [];
  });
}

function inTemplate(source: unknown, path: Path): FaultAt[] {
  return templateFaults(source).map((found) => expressionFault([...path, ...found.path], found.fault, found.at));
}

function expressionFault(path: Path, fault: string, at: number): FaultAt {
  const given = `${fault} (at character ${at} of the expression)`;
  return { path, given, allowed: 'a JSONata expression of those that the manifest reference allows' };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
