// Mutations of which a document may name one only, declared beside the field with `@OncePerRequest()`.
import { Extensions } from 'type-graphql';

const KEY = 'perkgate.once';

/** For what is expensive or must be counted: many of it in one request would pass limits that go by requests. */
export function OncePerRequest(): MethodDecorator & PropertyDecorator & ClassDecorator {
  return Extensions({ [KEY]: true }) as MethodDecorator & PropertyDecorator & ClassDecorator;
}

export function isOncePerRequest(extensions: Readonly<Record<string, unknown>> | undefined): boolean {
  return extensions?.[KEY] === true;
}
