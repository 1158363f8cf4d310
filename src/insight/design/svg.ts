// SVG as text: elements with escaped attributes and contents.

export type Attributes = Readonly<Record<string, string | number | undefined>>;

export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** One decimal is finer than any screen draws. */
const shown = (value: string | number): string =>
  typeof value === 'number' ? String(Number(value.toFixed(1))) : escapeText(value);

export function element(name: string, attributes: Attributes, ...inner: readonly string[]): string {
  const pairs = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${shown(value)}"`,
  );
  const open = `<${name}${pairs.join('')}`;
  return inner.length === 0 ? `${open}/>` : `${open}>${inner.join('')}</${name}>`;
}

export function words(text: string, x: number, y: number, attributes: Attributes = {}): string {
  return element('text', { x, y, ...attributes }, escapeText(text));
}

export function rectangle(x: number, y: number, width: number, height: number, attributes: Attributes = {}): string {
  return element('rect', { x, y, width: Math.max(0, width), height: Math.max(0, height), ...attributes });
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes });
}

/** A closed area between an upper and a lower line, both from left to right. */
export function area(
  upper: readonly (readonly [number, number])[],
  lower: readonly (readonly [number, number])[],
  attributes: Attributes,
): string {
  const point = ([x, y]: readonly [number, number]): string => `${shown(x)},${shown(y)}`;
  const points = [...upper.map(point), ...lower.toReversed().map(point)];
  return element('polygon', { points: points.join(' '), ...attributes });
}
