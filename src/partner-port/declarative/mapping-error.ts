// Why a template or an expression came to nothing; the connector turns it into an outcome at its door.

/** Never leaves the connector. Its message tells no value, for values may be secret. */
export class MappingError extends Error {
  override readonly name = 'MappingError';
}
