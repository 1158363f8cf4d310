// A map that keeps what was used last: the least recently used entry leaves when there are too many.

export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    const value = this.entries.get(key);
    // A Map iterates in order of insertion, so an entry is made the youngest by inserting it again. While the map is
    // less than half full nothing can be evicted soon, and the hot path is spared the two writes.
    if (value !== undefined && this.entries.size * 2 > this.most) {
      this.entries.delete(key);
      this.entries.set(key, value);
    }
    return value;
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    this.entries.set(key, value);
    if (this.entries.size <= this.most) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }

  values(): Iterable<Value> {
    return this.entries.values();
  }
}
