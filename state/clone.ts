/** A deep copy of plain data. Byte strings are shared: they are never changed in place. */
export function clonePlain<T>(value: T): T {
  // The casts below give back the type that went in: a copy has its original's shape.
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(clonePlain) as T;
  const from = value as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const key in from) out[key] = clonePlain(from[key]);
  return out as T;
}
